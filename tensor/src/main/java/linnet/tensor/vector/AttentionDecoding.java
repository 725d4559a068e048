package linnet.tensor.vector;

import linnet.tensor.Segments;
import linnet.tensor.vector.AttentionForward.Inputs;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Attention of rows with few queries, where packing would cost more than it saves: one query and head at a
 * time.
 */
final class AttentionDecoding {
  /** Rows of up to so many queries are computed this way; a constant, as it shows in the last bits. */
  private static final int MOST = 4;

  private final Crew crew;
  private final ElementLanes elements;
  private final SumLanes sums;

  AttentionDecoding(Crew crew, Lanes lanes) {
    this.crew = crew;
    this.elements = lanes.elements();
    this.sums = lanes.sums();
  }

  /** Whether a row is computed this way. */
  static boolean suits(Segments rows, int row) {
    return rows.queryStart(row + 1) - rows.queryStart(row) <= MOST;
  }

  /** Computes the rows that {@link #suits} names. */
  void run(Inputs in) {
    int heads = in.q().size(1);
    for (int r = 0; r < in.rows().rows(); r++) {
      if (suits(in.rows(), r)) {
        int row = r;
        int queries = in.rows().queryStart(row + 1) - in.rows().queryStart(row);
        crew.run(queries * heads, (task, workspace) -> one(in, row, task / heads, task % heads, workspace));
      }
    }
  }

  private void one(Inputs in, int row, int query, int head, Workspace workspace) {
    int token = in.rows().queryStart(row) + query;
    int keys = in.rows().visible(row, query);
    int firstKey = in.rows().keyStart(row);
    int keyHead = head / in.group();
    int depth = in.q().size(2);
    int width = in.v().size(2);
    var q = AttentionTiles.head(in.q(), head, token, 1);
    var k = AttentionTiles.head(in.k(), keyHead, firstKey, keys);
    var v = AttentionTiles.head(in.v(), keyHead, firstKey, keys);
    var scores = workspace.segment(Purpose.SCORES, keys);
    for (int j = 0; j < keys; j++) {
      float dot = sums.dot(q.segment(), 4 * q.offset(), k.segment(), 4 * (k.offset() + j * k.rowStride()),
          depth);
      Native.set(scores, j, dot * in.scale());
    }
    float max = sums.max(scores, 0, keys);
    float sum = LongSums.expSum(sums, scores, 0, scores, 0, max, keys);
    var output = workspace.segment(Purpose.OUTPUT, width);
    elements.fill(output, 0, 0, width);
    for (int j = 0; j < keys; j++) {
      elements.addScaled(output, 0, v.segment(), 4 * (v.offset() + j * v.rowStride()), Native.get(scores,
          j), width);
    }
    long at = 4 * (in.out().offset() + token * in.out().stride(0) + head * in.out().stride(1));
    elements.affine(Native.segment(in.out()), at, output, 0, 1 / sum, 0, width);
    in.setLogSumExp(token, head, max + ScalarMath.log(sum));
  }
}
