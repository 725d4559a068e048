package linnet.examples.knights;

/** Whether what an islander says is true, read from the words: an account of them apart from the generator's table. */
final class SpokenTruth {
  private SpokenTruth() {}

  /**
   * Reads a statement.
   *
   * @param words as said
   * @param other the name of the one who is not speaking
   * @param self whether the speaker is a knight
   * @param others whether the other one is
   */
  static boolean of(String words, String other, boolean self, boolean others) {
    var text = words.replace(other, "X");
    if (text.startsWith("I am ")) {
      var both = text.split(" and ");
      var either = text.split(" or ");
      return both.length == 2 ? single(both[0], self, others) && single(both[1], self, others)
          : single(either[0], self, others) || single(either[1], self, others);
    }
    int knights = (self ? 1 : 0) + (others ? 1 : 0);
    return switch (text) {
      case "we are both knights", "both of us are knights", "neither of us is a knave" -> knights == 2;
      case "we are both knaves", "both of us are knaves", "neither of us is a knight" -> knights == 0;
      case "we are of the same kind", "X is just like me", "X and I are alike" -> knights != 1;
      case "we are of different kinds", "we are not of the same kind", "X is not like me",
          "exactly one of us is a knight", "exactly one of us is a knave" -> knights == 1;
      case "at least one of us is a knight", "we are not both knaves" -> knights >= 1;
      case "at least one of us is a knave", "we are not both knights" -> knights <= 1;
      case "of us two only I am a knight" -> self && !others;
      case "of us two only X is a knight" -> others && !self;
      default -> single(text, self, others);
    };
  }

  private static boolean single(String text, boolean self, boolean others) {
    return switch (text) {
      case "I am a knight" -> self;
      case "I am a knave" -> !self;
      case "X is a knight", "X always tells the truth" -> others;
      case "X is a knave", "X always lies" -> !others;
      default -> throw new IllegalArgumentException("cannot read: " + text);
    };
  }
}
