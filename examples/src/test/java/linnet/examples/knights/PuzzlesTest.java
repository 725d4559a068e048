package linnet.examples.knights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The generator of puzzles, and its solver against a reading of the words. */
class PuzzlesTest {
  private static final int COUNT = 400;
  private static final Pattern QUESTION =
      Pattern.compile("(\\w+) says: ([^.]+)\\. (\\w+) says: ([^.]+)\\. \\1 and \\3: who is what\\?");

  @Property(tries = 20)
  void everyPuzzleHasTheOneSolutionThatItsWordsHave(@ForAll long seed) {
    var puzzles = new ArrayList<>(new Puzzles(seed).training(40));
    puzzles.addAll(new Puzzles(seed).heldOut(40));
    for (var puzzle : puzzles) {
      var solutions = solutionsOfWords(puzzle.question());
      assertEquals(1, solutions.size(), puzzle.question());
      assertTrue(puzzle.isSolvedBy(puzzle.answer()), puzzle.answer());
      assertTrue(puzzle.answer().endsWith(" So " + solutions.getFirst()), puzzle.answer());
      assertTrue(puzzle.isSolvedBy("So " + solutions.getFirst() + "\n"), "blanks and the way there do not matter");
      assertFalse(puzzle.isSolvedBy(solutions.getFirst()), "an answer begins with So");
      for (boolean a : new boolean[] {true, false}) {
        for (boolean b : new boolean[] {true, false}) {
          var end = kind(a) + " " + kind(b) + ".";
          assertEquals(end.equals(solutions.getFirst()), puzzle.isSolvedBy(puzzle.answer() + " So " + end), end);
        }
      }
      assertFalse(puzzle.isSolvedBy(""));
    }
  }

  /** All answers under which knights speak the truth and knaves lie, from the text of a question alone. */
  private static List<String> solutionsOfWords(String question) {
    var parts = QUESTION.matcher(question);
    assertTrue(parts.matches(), question);
    var found = new ArrayList<String>();
    for (boolean first : new boolean[] {true, false}) {
      for (boolean second : new boolean[] {true, false}) {
        if (SpokenTruth.of(parts.group(2), parts.group(3), first, second) == first
            && SpokenTruth.of(parts.group(4), parts.group(1), second, first) == second) {
          found.add(kind(first) + " " + kind(second) + ".");
        }
      }
    }
    return found;
  }

  private static String kind(boolean knight) {
    return knight ? "knight" : "knave";
  }

  @Property(tries = 20)
  void heldOutPuzzlesAreNoTrainingPuzzlesUnderOtherNamesOrOrder(@ForAll long seed) {
    var puzzles = new Puzzles(seed);
    var training = new HashSet<Set<String>>();
    puzzles.training(COUNT).forEach(puzzle -> training.add(normalised(puzzle)));
    for (var puzzle : puzzles.heldOut(COUNT)) {
      assertFalse(training.contains(normalised(puzzle)), puzzle.question());
    }
    assertTrue(puzzles.heldOutKinds() > 0 && puzzles.trainingKinds() > puzzles.heldOutKinds());
  }

  /** What both say, with the other one's name taken out, in no order; one text if both say the same. */
  private static Set<String> normalised(Puzzle puzzle) {
    return new HashSet<>(List.of(puzzle.firstSays().words("X"), puzzle.secondSays().words("X")));
  }

  @Test
  void aSeedGivesTheSamePuzzles() {
    assertEquals(new Puzzles(7).training(COUNT), new Puzzles(7).training(COUNT));
    assertEquals(new Puzzles(7).heldOut(COUNT), new Puzzles(7).heldOut(COUNT));
    assertNotEquals(new Puzzles(7).training(COUNT), new Puzzles(8).training(COUNT));
    assertEquals(new Puzzles(7).training(COUNT).subList(0, 9), new Puzzles(7).training(9));
  }

  @Test
  void everyPairOfNamesIsOfTwoIslanders() {
    new Puzzles(0).training(COUNT).forEach(puzzle -> assertNotEquals(puzzle.first(), puzzle.second()));
  }

  @Test
  void noPuzzleIsCountedTwiceAmongTheSolutions() {
    var puzzles = new Puzzles(0).heldOut(COUNT);
    assertEquals(COUNT, Puzzles.solutionCounts(puzzles).values().stream()
        .flatMap(row -> row.values().stream()).mapToInt(Integer::intValue).sum());
  }
}
