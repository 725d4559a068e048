package linnet.sft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Rows laid end to end. */
class MicroBatchTest {
  @Provide
  Arbitrary<List<EncodedRow>> rows() {
    return Rows.lists();
  }

  @Property(tries = 200)
  void microBatchesPartitionTheRowsInOrder(@ForAll("rows") List<EncodedRow> rows,
      @ForAll @IntRange(min = 1, max = 120) int budget) {
    var batches = MicroBatch.cut(rows, budget, null);
    var seen = new ArrayList<EncodedRow>();
    for (var batch : batches) {
      seen.addAll(batch.rows());
      assertTrue(batch.rows().size() == 1 || batch.batch().tokens() <= budget);
      check(batch);
    }
    assertEquals(rows, seen);
  }

  private static void check(MicroBatch batch) {
    var segments = batch.batch().rows();
    var target = 0;
    for (var r = 0; r < batch.rows().size(); r++) {
      var row = batch.rows().get(r);
      var start = segments.queryStart(r);
      var end = segments.queryStart(r + 1);
      assertEquals(row.inputTokens(), end - start);
      for (var t = 0; t < end - start; t++) {
        assertEquals(row.ids()[t], batch.batch().ids()[start + t], "no token is lost or moved");
        assertEquals(t, batch.batch().positions()[start + t], "positions restart");
      }
      for (var t = row.trained().nextSetBit(0); t >= 0; t = row.trained().nextSetBit(t + 1)) {
        assertEquals(start + t - 1, batch.batch().wanted()[target],
            "predicted by the token before it, of the same row");
        assertEquals(row.ids()[t], batch.targets()[target]);
        target++;
      }
    }
    assertEquals(target, batch.targets().length);
    assertEquals(target, batch.batch().wanted().length);
    assertEquals(Arrays.stream(batch.batch().ids()).count(), segments.queryStart(batch.rows().size()));
  }
}
