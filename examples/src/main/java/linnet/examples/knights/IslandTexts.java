package linnet.examples.knights;

import linnet.tensor.RandomKey;

/**
 * Short dialogues that teach a new model the island's language: what a single statement means, what two lists of
 * possibilities have in common, and what one statement leaves of a list. None holds a puzzle: never do two islanders
 * speak, never is asked who is what, and a statement that would by itself settle both kinds is asked about only where
 * the kinds are known. A seed gives the same texts on every machine.
 */
public final class IslandTexts {
  /** Two or three of the four combinations of kinds. */
  private static final int[] SETS = {3, 5, 6, 9, 10, 12, 7, 11, 13, 14};

  private static final int FORMS = 8;
  private static final int FACTS = FORMS - 1;

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
    if (form == 0) { // nobody says anything
      return meets(drawn(draws, 3), drawn(draws, 4));
    }
    var statement = Statement.values()[draws.below(3, Statement.values().length)];
    boolean settles = Combinations.of(statement::canBeSaid).settled();
    return switch (settles ? FACTS : form) {
      case 1, 2 -> mayBe(speaker, other, statement, draws);
      case 3, 4, 5 -> remains(speaker, other, statement, draws);
      default -> ofFacts(speaker, other, statement, draws);
    };
  }

  /** What two lists have in common. */
  private static String meets(Combinations one, Combinations two) {
    return dialogue("%s. Also %s. What remains?".formatted(one, two), one.and(two) + ".");
  }

  private static Combinations drawn(RandomKey draws, int element) {
    return new Combinations(SETS[draws.below(element, SETS.length)]);
  }

  /** What one statement leaves possible, in the order speaker and other or the other way round. */
  private static String mayBe(String speaker, String other, Statement statement, RandomKey draws) {
    boolean turned = draws.below(6, 2) == 1;
    return dialogue("%s says: %s. %s: what may be?".formatted(speaker, statement.words(other),
        pair(speaker, other, turned)), possible(statement, turned) + ".");
  }

  /** What one statement leaves of a list. */
  private static String remains(String speaker, String other, Statement statement, RandomKey draws) {
    boolean turned = draws.below(6, 2) == 1;
    var list = drawn(draws, 4);
    var possible = possible(statement, turned);
    return draws.below(7, 2) == 0
        ? dialogue("%s says: %s. Also %s. %s: what remains?".formatted(speaker, statement.words(other), list,
            pair(speaker, other, turned)), "%s. Also %s. So %s.".formatted(possible, list, possible.and(list)))
        : dialogue("%s. %s says: %s. %s: what remains?".formatted(list, speaker, statement.words(other),
            pair(speaker, other, turned)), "%s. Also %s. So %s.".formatted(list, possible, possible.and(list)));
  }

  private static String pair(String speaker, String other, boolean turned) {
    return turned ? other + " and " + speaker : speaker + " and " + other;
  }

  private static Combinations possible(Statement statement, boolean turned) {
    return Combinations.of(turned ? (a, b) -> statement.canBeSaid(b, a) : statement::canBeSaid);
  }

  /** What can be said, or is true, when both kinds are known. */
  private static String ofFacts(String speaker, String other, Statement statement, RandomKey draws) {
    var self = Kind.values()[draws.below(4, 2)];
    var others = Kind.values()[draws.below(5, 2)];
    var facts = "%s is %s and %s is %s.".formatted(speaker, self.phrase(), other, others.phrase());
    var words = statement.words(other);
    return draws.below(6, 2) == 0
        ? dialogue("%s Can %s say: %s?".formatted(facts, speaker, words), yesOrNo(statement.canBeSaid(self, others)))
        : dialogue("%s If %s says: %s, is it true?".formatted(facts, speaker, words),
            yesOrNo(statement.isTrue(self, others)));
  }

  private static String yesOrNo(boolean yes) {
    return yes ? "Yes." : "No.";
  }

  private static String dialogue(String question, String answer) {
    return "<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n" + answer + "<|im_end|>\n";
  }
}
