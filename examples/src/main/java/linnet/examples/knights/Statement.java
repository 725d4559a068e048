package linnet.examples.knights;

/**
 * Something an islander can say about self and the other one. The truth of each is a boolean function of two kinds;
 * different wordings of one function count as different statements.
 */
public enum Statement {
  /** The other is a knight. */
  OTHER_KNIGHT("%s is a knight", false, true, false, true),
  /** The other is a knave. */
  OTHER_KNAVE("%s is a knave", true, false, true, false),
  /** Both are knights. */
  BOTH_KNIGHTS("we are both knights", false, false, false, true),
  /** Both are knaves. */
  BOTH_KNAVES("we are both knaves", true, false, false, false),
  /** Both are the same. */
  SAME("we are of the same kind", true, false, false, true),
  /** They differ. */
  DIFFERENT("we are of different kinds", false, true, true, false),
  /** Not both are knights. */
  SOME_KNAVE("at least one of us is a knave", true, true, true, false),
  /** Not both are knaves. */
  SOME_KNIGHT("at least one of us is a knight", false, true, true, true),
  /** They differ, in other words. */
  ONE_KNIGHT("exactly one of us is a knight", false, true, true, false),
  /** They differ, in other words again. */
  ONE_KNAVE("exactly one of us is a knave", false, true, true, false),
  /** Both are the same, in other words. */
  LIKE_ME("%s is just like me", true, false, false, true),
  /** They differ, in other words. */
  UNLIKE_ME("%s is not like me", false, true, true, false),
  /** Self a knight and the other a knave. */
  I_KNIGHT_AND_OTHER_KNAVE("I am a knight and %s is a knave", false, false, true, false),
  /** Self a knave and the other a knight. */
  I_KNAVE_AND_OTHER_KNIGHT("I am a knave and %s is a knight", false, true, false, false),
  /** Self a knight or the other a knave, or both. */
  I_KNIGHT_OR_OTHER_KNAVE("I am a knight or %s is a knave", true, false, true, true),
  /** Self a knave or the other a knight, or both. */
  I_KNAVE_OR_OTHER_KNIGHT("I am a knave or %s is a knight", true, true, false, true),
  /** Self a knight or the other a knight, or both. */
  I_KNIGHT_OR_OTHER_KNIGHT("I am a knight or %s is a knight", false, true, true, true),
  /** Self a knave or the other a knave, or both. */
  I_KNAVE_OR_OTHER_KNAVE("I am a knave or %s is a knave", true, true, true, false),
  /** Neither is a knight. */
  NEITHER_KNIGHT("neither of us is a knight", true, false, false, false),
  /** Neither is a knave. */
  NEITHER_KNAVE("neither of us is a knave", false, false, false, true),
  /** Both are knights, in other words. */
  BOTH_OF_US_KNIGHTS("both of us are knights", false, false, false, true),
  /** Both are knaves, in other words. */
  BOTH_OF_US_KNAVES("both of us are knaves", true, false, false, false),
  /** They differ, as a denial. */
  NOT_SAME("we are not of the same kind", false, true, true, false),
  /** Not both are knights, as a denial. */
  NOT_BOTH_KNIGHTS("we are not both knights", true, true, true, false),
  /** Not both are knaves, as a denial. */
  NOT_BOTH_KNAVES("we are not both knaves", false, true, true, true),
  /** The other is a knight, by what knights do. */
  OTHER_TELLS_TRUTH("%s always tells the truth", false, true, false, true),
  /** The other is a knave, by what knaves do. */
  OTHER_LIES("%s always lies", true, false, true, false),
  /** Both are the same, in other words. */
  ALIKE("%s and I are alike", true, false, false, true),
  /** Self a knight and the other a knave, in other words. */
  ONLY_I_KNIGHT("of us two only I am a knight", false, false, true, false),
  /** Self a knave and the other a knight, in other words. */
  ONLY_OTHER_KNIGHT("of us two only %s is a knight", false, true, false, false);

  private final String wording;
  private final boolean[] truth; // by [self is a knight ? 2 : 0] + [other is a knight ? 1 : 0]

  Statement(String wording, boolean bothKnaves, boolean otherKnight, boolean selfKnight, boolean bothKnights) {
    this.wording = wording;
    this.truth = new boolean[] {bothKnaves, otherKnight, selfKnight, bothKnights};
  }

  /** Whether it is true of these two. */
  public boolean isTrue(Kind self, Kind other) {
    return truth[(self == Kind.KNIGHT ? 2 : 0) + (other == Kind.KNIGHT ? 1 : 0)];
  }

  /** Whether a {@code self} could say it: knights say what is true, knaves what is false. */
  public boolean canBeSaid(Kind self, Kind other) {
    return isTrue(self, other) == (self == Kind.KNIGHT);
  }

  /** The words, said to the listener by someone who calls the other islander {@code other}. */
  public String words(String other) {
    return wording.formatted(other);
  }
}
