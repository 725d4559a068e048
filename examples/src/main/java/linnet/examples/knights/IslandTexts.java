package linnet.examples.knights;

import linnet.tensor.RandomKey;

/**
 * Short dialogues that teach a new model the island's language: what a single statement means, and what two lists of
 * possibilities have in common. None holds a puzzle: never do two islanders speak, never is asked who is what, and a
 * statement that would by itself settle both kinds is not asked about. A seed gives the same texts on every machine.
 */
public final class IslandTexts {
  private static final int FORMS = 8;
  private static final int REMAINING_FORMS = 3; // of the forms, and then
  private static final int POSSIBLE_FORMS = 3;
  /** Two or three of the four combinations of kinds. */
  private static final int[] SETS = {3, 5, 6, 9, 10, 12, 7, 11, 13, 14};

  private final RandomKey key;

  /** The texts of a seed. */
  public IslandTexts(long seed) {
    key = RandomKey.of(seed).derive("island texts");
  }

  /** Text number {@code index}, in the chat format of the bundled model. */
  public String text(long index) {
    var draws = key.derive(index);
    int first = draws.below(0, Puzzles.NAMES.size());
    int second = (first + 1 + draws.below(1, Puzzles.NAMES.size() - 1)) % Puzzles.NAMES.size();
    var speaker = Puzzles.NAMES.get(first);
    var other = Puzzles.NAMES.get(second);
    int form = draws.below(2, FORMS);
    return form < REMAINING_FORMS ? remaining(draws) : statement(speaker, other, draws, form);
  }

  /** About what one statement means. */
  private static String statement(String speaker, String other, RandomKey draws, int form) {
    var statement = Statement.values()[draws.below(3, Statement.values().length)];
    var self = Kind.values()[draws.below(4, 2)];
    var others = Kind.values()[draws.below(5, 2)];
    var facts = "%s is %s and %s is %s.".formatted(speaker, self.phrase(), other, others.phrase());
    var words = statement.words(other);
    if (form < REMAINING_FORMS + POSSIBLE_FORMS && !Combinations.of(statement::canBeSaid).settled()) {
      return draws.below(6, 2) == 0
          ? mayBe(speaker, words, speaker, other, Combinations.of(statement::canBeSaid))
          : mayBe(speaker, words, other, speaker, Combinations.of((a, b) -> statement.canBeSaid(b, a)));
    }
    return form % 2 == 0
        ? dialogue("%s Can %s say: %s?".formatted(facts, speaker, words), yesOrNo(statement.canBeSaid(self, others)))
        : dialogue("%s If %s says: %s, is it true?".formatted(facts, speaker, words),
            yesOrNo(statement.isTrue(self, others)));
  }

  private static String mayBe(String speaker, String words, String first, String second, Combinations possible) {
    return dialogue("%s says: %s. %s and %s: what may be?".formatted(speaker, words, first, second), possible + ".");
  }

  /** About what two lists of possibilities have in common; nobody says anything. */
  private static String remaining(RandomKey draws) {
    var one = new Combinations(SETS[draws.below(3, SETS.length)]);
    var two = new Combinations(SETS[draws.below(4, SETS.length)]);
    return dialogue("%s. Also %s. What remains?".formatted(one, two), one.and(two) + ".");
  }

  private static String yesOrNo(boolean yes) {
    return yes ? "Yes." : "No.";
  }

  private static String dialogue(String question, String answer) {
    return "<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n" + answer + "<|im_end|>\n";
  }
}
