package linnet.sft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import linnet.tensor.RandomKey;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which rows make which step. */
class BatchScheduleTest {
  @Provide
  Arbitrary<List<EncodedRow>> rows() {
    return Rows.lists();
  }

  @Provide
  Arbitrary<BatchSize> sizes() {
    return Arbitraries.oneOf(Arbitraries.integers().between(1, 9).map(BatchSize.Rows::new),
        Arbitraries.integers().between(1, 100).map(BatchSize.Tokens::new));
  }

  private static List<Long> epoch(BatchSchedule schedule, long epoch) {
    var lines = new ArrayList<Long>();
    for (var at = new DataPosition(epoch, 0); at.epoch() == epoch; at = schedule.at(at).next()) {
      schedule.at(at).rows().forEach(row -> lines.add(row.line()));
    }
    return lines;
  }

  @Property(tries = 100)
  void everyRowAppearsOnceInEachEpoch(@ForAll("rows") List<EncodedRow> rows, @ForAll("sizes") BatchSize size,
      @ForAll @IntRange(min = 1, max = 4) int accumulation, @ForAll long seed, @ForAll boolean shuffled) {
    var schedule = new BatchSchedule(rows, size, accumulation, shuffled ? RandomKey.of(seed) : null);
    var lines = rows.stream().map(EncodedRow::line).toList();
    for (var e = 0; e < 3; e++) {
      var epoch = epoch(schedule, e);
      assertEquals(lines, shuffled ? epoch.stream().sorted().toList() : epoch);
    }
  }

  @Property(tries = 100)
  void aResumedScheduleGoesOnAtTheSameRow(@ForAll("rows") List<EncodedRow> rows,
      @ForAll("sizes") BatchSize size,
      @ForAll long seed) {
    var schedule = new BatchSchedule(rows, size, 2, RandomKey.of(seed));
    var at = DataPosition.START;
    for (var step = 0; step < 20; step++) {
      var fresh = new BatchSchedule(rows, size, 2, RandomKey.of(seed));
      assertEquals(schedule.at(at), fresh.at(at));
      at = schedule.at(at).next();
    }
  }

  @Property(tries = 100)
  void batchesKeepTheirBudget(@ForAll("rows") List<EncodedRow> rows,
      @ForAll @IntRange(min = 1, max = 100) int budget) {
    var schedule = new BatchSchedule(rows, new BatchSize.Tokens(budget), 3, null);
    for (var at = DataPosition.START; at.epoch() == 0; at = schedule.at(at).next()) {
      for (var group : schedule.at(at).groups()) {
        assertTrue(group.size() == 1 || group.stream().mapToInt(EncodedRow::tokens).sum() <= budget);
      }
    }
  }

  @Property(tries = 100)
  void stepsAreThoseOfTheWalk(@ForAll("rows") List<EncodedRow> rows, @ForAll("sizes") BatchSize size,
      @ForAll @IntRange(min = 1, max = 4) int accumulation, @ForAll boolean shuffled) {
    var schedule = new BatchSchedule(rows, size, accumulation, shuffled ? RandomKey.of(3) : null);
    long steps = 0;
    for (var at = DataPosition.START; at.epoch() < 5; at = schedule.at(at).next()) {
      steps++;
    }
    assertEquals(steps, schedule.steps(5));
  }

  @Property(tries = 100)
  void noBatchHasMoreTokensThanTheMost(@ForAll("rows") List<EncodedRow> rows, @ForAll("sizes") BatchSize size,
      @ForAll long seed) {
    var schedule = new BatchSchedule(rows, size, 3, RandomKey.of(seed));
    for (var at = DataPosition.START; at.epoch() < 3; at = schedule.at(at).next()) {
      for (var group : schedule.at(at).groups()) {
        assertTrue(group.stream().mapToInt(EncodedRow::inputTokens).sum() <= schedule.mostInputTokens());
      }
    }
  }

  @Test
  @Timeout(10)
  void epochsBeyondNumberAreCountedOrRefusedAtOnce() {
    var rows = IntStream.rangeClosed(1, 100).mapToObj(i -> Rows.row(i, 5, 2)).toList();
    long epochs = 99_999_999_999L;
    var key = RandomKey.of(1);
    assertEquals(13 * epochs, new BatchSchedule(rows, new BatchSize.Rows(8), 1, key).steps(epochs));
    assertEquals(20 * epochs, new BatchSchedule(rows, new BatchSize.Tokens(25), 1, null).steps(epochs));
    assertRefused(new BatchSchedule(rows, new BatchSize.Tokens(25), 1, key), epochs, 1_000_000);
    assertRefused(new BatchSchedule(rows, new BatchSize.Rows(50), 1, null), Long.MAX_VALUE,
        Long.MAX_VALUE / 2);
  }

  private static void assertRefused(BatchSchedule schedule, long epochs, long most) {
    var refused = assertThrows(IllegalArgumentException.class, () -> schedule.steps(epochs));
    assertTrue(refused.getMessage().startsWith("epochs: found " + epochs + ", expected at most " + most),
        refused.getMessage());
  }

  @Test
  void epochsAndSeedsDifferInOrder() {
    var rows = IntStream.rangeClosed(1, 100).mapToObj(i -> Rows.row(i, 5, 2)).toList();
    var schedule = new BatchSchedule(rows, new BatchSize.Rows(8), 1, RandomKey.of(1));
    var orders = new HashSet<List<Long>>();
    for (var e = 0; e < 5; e++) {
      orders.add(epoch(schedule, e));
    }
    assertEquals(5, orders.size());
    assertNotEquals(epoch(schedule, 0),
        epoch(new BatchSchedule(rows, new BatchSize.Rows(8), 1, RandomKey.of(2)), 0));
    assertEquals(13 * 4, schedule.steps(4));
  }
}
