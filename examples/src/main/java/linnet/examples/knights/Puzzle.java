package linnet.examples.knights;

import java.util.ArrayList;
import java.util.List;

/**
 * Two islanders and what they said.
 *
 * @param first the one who spoke first
 * @param second the other one
 * @param firstSays what {@code first} said
 * @param secondSays what {@code second} said
 */
public record Puzzle(String first, String second, Statement firstSays, Statement secondSays) {
  /**
   * Who is what.
   *
   * @param first the kind of the first speaker
   * @param second the kind of the second speaker
   */
  public record Solution(Kind first, Kind second) {}

  /**
   * A puzzle without its names and without the order of speaking: puzzles of one pattern are the same puzzle.
   *
   * @param low the statement that comes first in {@link Statement}'s order
   * @param high the other one
   */
  public record Pattern(Statement low, Statement high) {}

  /** All ways in which both could have said what they said, by trying all four. */
  public List<Solution> solutions() {
    var found = new ArrayList<Solution>();
    for (var a : Kind.values()) {
      for (var b : Kind.values()) {
        if (firstSays.canBeSaid(a, b) && secondSays.canBeSaid(b, a)) {
          found.add(new Solution(a, b));
        }
      }
    }
    return found;
  }

  /** What remains of this puzzle when names and order are normalised away. */
  public Pattern pattern() {
    return firstSays.compareTo(secondSays) <= 0
        ? new Pattern(firstSays, secondSays) : new Pattern(secondSays, firstSays);
  }

  /** The question in words. */
  public String question() {
    return "%s says: %s. %s says: %s. %s and %s: who is what?"
        .formatted(first, firstSays.words(second), second, secondSays.words(first), first, second);
  }

  /**
   * The one solution with the way there: what each statement leaves possible, as kinds of the first and the second
   * speaker, and what remains. For example {@code knight knave or knave knight. Also knave knight or knave knave. So
   * knave knight.}
   *
   * @throws IllegalStateException if there is not exactly one solution
   */
  public String answer() {
    var solutions = solutions();
    if (solutions.size() != 1) {
      throw new IllegalStateException("a puzzle with " + solutions.size() + " solutions has no answer: " + this);
    }
    return "%s. Also %s. So %s".formatted(Combinations.of(firstSays::canBeSaid),
        Combinations.of((a, b) -> secondSays.canBeSaid(b, a)), conclusion(solutions.getFirst()));
  }

  /** Whether {@code text} ends in the one solution of this puzzle; how it got there does not count. */
  public boolean isSolvedBy(String text) {
    var solutions = solutions();
    int so = text.lastIndexOf("So ");
    return solutions.size() == 1 && so >= 0
        && text.substring(so + "So ".length()).strip().equals(conclusion(solutions.getFirst()));
  }

  private static String conclusion(Solution solution) {
    return solution.first().word() + " " + solution.second().word() + ".";
  }
}
