package linnet.examples.knights;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import linnet.tensor.RandomKey;

/**
 * Puzzles with exactly one solution, in two parts that share no {@link Puzzle.Pattern}: one to train on, one held
 * out. A seed gives the same puzzles on every machine.
 */
public final class Puzzles {
  /** The islanders. */
  public static final List<String> NAMES = List.of("Ada", "Bo", "Cy", "Dot", "Eve", "Finn", "Gus", "Hal", "Ida", "Jo",
      "Kit", "Lou", "Max", "Ned", "Olga", "Pam", "Quinn", "Rex", "Sal", "Tess", "Uma", "Vic", "Wes", "Zoe");

  private static final int HELD_OUT_OF = 5; // one pattern in five

  private final RandomKey key;
  private final List<Puzzle.Pattern> training = new ArrayList<>();
  private final List<Puzzle.Pattern> heldOut = new ArrayList<>();

  /** The puzzles of a seed. */
  public Puzzles(long seed) {
    key = RandomKey.of(seed).derive("puzzles");
    for (var low : Statement.values()) {
      for (var high : Statement.values()) {
        if (low.compareTo(high) <= 0 && new Puzzle("A", "B", low, high).solutions().size() == 1) {
          int rank = training.size() + heldOut.size();
          (key.below(rank, HELD_OUT_OF) == 0 ? heldOut : training).add(new Puzzle.Pattern(low, high));
        }
      }
    }
  }

  /** {@code count} puzzles to train on; they go through the patterns evenly, with fresh names and orders. */
  public List<Puzzle> training(int count) {
    return draw(training, count, key.derive("training"));
  }

  /** {@code count} puzzles of patterns that no training puzzle has. */
  public List<Puzzle> heldOut(int count) {
    return draw(heldOut, count, key.derive("held out"));
  }

  /** How many patterns there are to train on. */
  public int trainingKinds() {
    return training.size();
  }

  /** How many patterns are held out. */
  public int heldOutKinds() {
    return heldOut.size();
  }

  /** How often each solution occurs among {@code puzzles}: the most frequent one is what guessing can reach. */
  public static Map<Kind, Map<Kind, Integer>> solutionCounts(List<Puzzle> puzzles) {
    var counts = new EnumMap<Kind, Map<Kind, Integer>>(Kind.class);
    for (var puzzle : puzzles) {
      var solution = puzzle.solutions().getFirst();
      counts.computeIfAbsent(solution.first(), kind -> new EnumMap<>(Kind.class))
          .merge(solution.second(), 1, Integer::sum);
    }
    return counts;
  }

  private static List<Puzzle> draw(List<Puzzle.Pattern> patterns, int count, RandomKey key) {
    var puzzles = new ArrayList<Puzzle>(count);
    for (int i = 0; i < count; i++) {
      var pattern = patterns.get(i % patterns.size());
      var draws = key.derive(i);
      int first = draws.below(0, NAMES.size());
      int second = (first + 1 + draws.below(1, NAMES.size() - 1)) % NAMES.size();
      boolean swapped = draws.below(2, 2) == 1;
      puzzles.add(new Puzzle(NAMES.get(first), NAMES.get(second),
          swapped ? pattern.high() : pattern.low(), swapped ? pattern.low() : pattern.high()));
    }
    return puzzles;
  }
}
