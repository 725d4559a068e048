package linnet.tensor.conformance;

import java.util.ArrayList;
import java.util.List;
import linnet.tensor.Segments;
import linnet.tensor.Tensor;

/**
 * Random queries, keys and values in rows of random lengths; one time in three with more keys than queries.
 */
final class AttentionCase {
  final int heads;
  final int groups;
  final int width;
  final int queries;
  final int keys;
  final Segments rows;
  final Tensor q;
  final Tensor k;
  final Tensor v;

  AttentionCase(Stage s) {
    groups = 1 + s.below(2);
    heads = groups * (1 + s.below(3));
    width = s.positiveSize();
    boolean cached = s.below(3) == 0;
    List<Integer> queryStarts = new ArrayList<>(List.of(0));
    List<Integer> keyStarts = new ArrayList<>(List.of(cached ? s.below(3) : 0));
    for (int r = 1 + s.below(3); r > 0; r--) {
      int length = s.positiveSize();
      queryStarts.add(queryStarts.getLast() + length);
      keyStarts.add(keyStarts.getLast() + length + (cached ? s.size() : 0));
    }
    rows = new Segments(array(queryStarts), array(keyStarts));
    queries = rows.queries();
    keys = rows.keyStart(rows.rows());
    q = s.rows(queries, heads, width);
    k = s.input(keys, groups, width); // a cache lays them otherwise
    v = s.rows(keys, groups, width);
  }

  double scale() {
    return 1 / Math.sqrt(width);
  }

  private static int[] array(List<Integer> values) {
    return values.stream().mapToInt(i -> i).toArray();
  }
}
