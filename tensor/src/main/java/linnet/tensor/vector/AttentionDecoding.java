package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.Segments;
import linnet.tensor.vector.AttentionForward.Inputs;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Attention of rows with few queries, where packing would cost more than it saves. A task takes one query,
 * the heads that share a key/value head, and a span of the keys, so that threads share a single long row and
 * keys are read from memory once; then the spans of each head are put together, in order.
 */
final class AttentionDecoding {
  /** Rows of up to so many queries are computed this way; a constant, as it shows in the last bits. */
  private static final int MOST = 4;
  /** Keys of a span; likewise. */
  private static final int SPAN = 128;

  private final Crew crew;
  private final ElementLanes elements;
  private final SumLanes sums;
  private final DotLanes dots;
  private final Staging staging;

  AttentionDecoding(Crew crew, Lanes lanes) {
    this.crew = crew;
    this.elements = lanes.elements();
    this.sums = lanes.sums();
    this.dots = lanes.dots();
    this.staging = new Staging(lanes.storage());
  }

  /** Whether a row is computed this way. */
  static boolean suits(Segments rows, int row) {
    return rows.queryStart(row + 1) - rows.queryStart(row) <= MOST;
  }

  /** Computes the rows that {@link #suits} names. */
  void run(Inputs in) {
    for (int r = 0; r < in.rows().rows(); r++) {
      if (suits(in.rows(), r)) {
        for (int query = 0; query < in.rows().queryStart(r + 1) - in.rows().queryStart(r); query++) {
          one(in, r, query);
        }
      }
    }
  }

  private void one(Inputs in, int row, int query) {
    int end = in.rows().visible(row, query);
    int first = in.rule().firstSeen(end);
    int keys = end - first;
    int spans = (keys + SPAN - 1) / SPAN;
    int heads = in.q().size(1);
    int group = in.group();
    int token = in.rows().queryStart(row) + query;
    int firstKey = in.rows().keyStart(row) + first;
    var shared = crew.borrow();
    try {
      var states = new States(shared, heads, spans, in.v().size(2));
      crew.run(spans * (heads / group), (task, workspace) -> {
        int span = task % spans;
        int from = firstKey + span * SPAN;
        int count = Math.min(SPAN, keys - span * SPAN);
        int keyHead = task / spans;
        var k = featureRows(AttentionTiles.head(in.k(), keyHead, from, count).transposed(), workspace);
        for (int head = keyHead * group; head < (keyHead + 1) * group; head++) {
          part(in, token, head, k, from, states, states.index(head, span), workspace);
        }
      });
      for (int head = 0; head < heads; head++) {
        join(in, token, head, states);
      }
    } finally {
      crew.giveBack(shared);
    }
  }

  /**
   * What is known of each head and span: the largest score, Σ exp(score − largest), and the values weighted
   * by these.
   */
  private static final class States {
    private final int spans;
    private final int width;
    private final float[] max;
    private final float[] sum;
    private final MemorySegment output;

    States(Workspace shared, int heads, int spans, int width) {
      this.spans = spans;
      this.width = width;
      max = shared.array(Purpose.STATE, (long) heads * spans);
      sum = shared.array(Purpose.RESULTS, (long) heads * spans);
      output = shared.segment(Purpose.OUTPUT, (long) heads * spans * width);
    }

    int index(int head, int span) {
      return head * spans + span;
    }

    /** Where the output of a state begins, in elements. */
    long outputAt(int state) {
      return (long) state * width;
    }
  }

  /**
   * The keys (D, count) with dense rows, so that the scores of neighbouring keys are summed side by side: as
   * a cache lays them, else copied.
   */
  private Matrix featureRows(Matrix k, Workspace workspace) {
    if (k.columnStride() == 1) {
      return k;
    }
    var row = workspace.array(Purpose.ROWS, k.columns());
    var copy = Matrix.dense(workspace.segment(Purpose.STAGE_A, (long) k.rows() * k.columns()), k.rows(),
        k.columns());
    for (int d = 0; d < k.rows(); d++) {
      staging.load(k.dtype(), k.segment(), k.offset() + d * k.rowStride(), k.columnStride(), row, 0,
          k.columns());
      MemorySegment.copy(row, 0, copy.segment(), Native.F32, 4L * d * k.columns(), k.columns());
    }
    return copy;
  }

  private void part(Inputs in, int token, int head, Matrix k, int firstKey, States states, int state,
      Workspace workspace) {
    int depth = k.rows();
    int count = k.columns();
    var q = AttentionTiles.head(in.q(), head, token, 1);
    var v = AttentionTiles.head(in.v(), head / in.group(), firstKey, count);
    var scores = workspace.segment(Purpose.SCORES, count);
    dots.weightedSum(q.segment(), q.offset(), depth, k.segment(), k.offset(), k.rowStride(), count, scores,
        0);
    elements.affine(scores, 0, scores, 0, AttentionTiles.queryScale(in.rule()), 0, count);
    if (in.rule().caps()) {
      elements.unary(Unary.TANH, scores, 0, scores, 0, count);
      elements.affine(scores, 0, scores, 0, (float) in.rule().softCap(), 0, count);
    }
    states.max[state] = sums.max(scores, 0, count);
    states.sum[state] = sums.expSum(scores, 0, scores, 0, states.max[state], count);
    dots.weightedSum(scores, 0, count, v.segment(), v.offset(), v.rowStride(), states.width, states.output,
        states.outputAt(state));
  }

  private void join(Inputs in, int token, int head, States states) {
    int first = states.index(head, 0);
    int end = states.index(head + 1, 0);
    float max = Float.NEGATIVE_INFINITY;
    for (int s = first; s < end; s++) {
      max = Math.max(max, states.max[s]);
    }
    float sum = 0;
    long total = 4 * states.outputAt(first);
    for (int s = first; s < end; s++) {
      float shrink = ScalarMath.exp(states.max[s] - max);
      sum = Math.fma(states.sum[s], shrink, sum);
      if (s == first) {
        elements.affine(states.output, total, states.output, total, shrink, 0, states.width);
      } else {
        elements.addScaled(states.output, total, states.output, 4 * states.outputAt(s), shrink, states.width);
      }
    }
    long at = 4 * (in.out().offset() + token * in.out().stride(0) + head * in.out().stride(1));
    elements.affine(Native.segment(in.out()), at, states.output, total, 1 / sum, 0, states.width);
    in.setLogSumExp(token, head, max + ScalarMath.log(sum));
  }
}
