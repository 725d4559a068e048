package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Element-wise work over tensors of one shape: piece by piece, in parallel. An operand whose pieces are not
 * dense F32 goes through scratch memory.
 */
final class Elementwise {
  /** Work on a piece of n elements; at most two inputs, a missing one repeats the first. */
  interface Body {
    void run(MemorySegment out, long outAt, MemorySegment a, long aAt, MemorySegment b, long bAt, int n);
  }

  private static final Purpose[] STAGES = {Purpose.STAGE_OUT, Purpose.STAGE_A, Purpose.STAGE_B};

  private final Crew crew;
  private final Staging staging;

  Elementwise(Crew crew, StorageLanes storage) {
    this.crew = crew;
    this.staging = new Staging(storage);
  }

  /** Runs {@code body} over all elements of {@code out} and of one or two inputs. */
  void run(Body body, Tensor out, Tensor... inputs) {
    var operands = new Tensor[3];
    operands[0] = out;
    operands[1] = inputs.length == 0 ? out : inputs[0];
    operands[2] = inputs.length < 2 ? operands[1] : inputs[1];
    for (var operand : operands) {
      requireSameShape(out, operand);
    }
    if (out.elements() > 0) {
      new Pass(body, operands).run();
    }
  }

  static void requireSameShape(Tensor out, Tensor x) {
    if (!x.shape().equals(out.shape())) {
      throw new IllegalArgumentException("element-wise work on " + x + " into " + out
          + ": the shapes differ; expand what is to be broadcast");
    }
  }

  private final class Pass {
    private final Body body;
    private final RowPlan plan;
    private final DType[] dtypes = new DType[3];
    private final MemorySegment[] segments = new MemorySegment[3];
    private final long[] offsets = new long[3];
    private final boolean[] direct = new boolean[3];

    Pass(Body body, Tensor[] operands) {
      this.body = body;
      plan = RowPlan.anyOrder(operands);
      for (int o = 0; o < 3; o++) {
        dtypes[o] = operands[o].dtype();
        segments[o] = Native.segment(operands[o]);
        offsets[o] = operands[o].offset();
        direct[o] = dtypes[o] == DType.F32 && (plan.rowStrides()[o] == 1 || plan.row() == 1);
      }
    }

    void run() {
      long pieces = plan.pieces();
      long perTask = crew.rowsPerTask(pieces, Math.min(plan.row(), Tree.CHUNK));
      crew.run(Math.toIntExact(Math.ceilDiv(pieces, perTask)), (task, workspace) -> {
        for (long p = task * perTask; p < Math.min(pieces, (task + 1) * perTask); p++) {
          piece(p, workspace);
        }
      });
    }

    private void piece(long index, Workspace workspace) {
      // neighbouring rows in turn: a transposed operand finds its lines in cache
      long piece = index / plan.rows();
      long row = index % plan.rows();
      int n = plan.pieceLength(piece);
      long out = place(0, row, piece);
      long a = place(1, row, piece);
      long b = place(2, row, piece);
      body.run(operand(0, out, n, workspace), direct[0] ? 4 * out : 0, operand(1, a, n, workspace),
          direct[1] ? 4 * a : 0, operand(2, b, n, workspace), direct[2] ? 4 * b : 0, n);
      if (!direct[0]) {
        var values = workspace.array(Purpose.ROWS, n);
        MemorySegment.copy(workspace.segment(STAGES[0], n), Native.F32, 0, values, 0, n);
        staging.store(values, dtypes[0], segments[0], out, plan.rowStrides()[0], n);
      }
    }

    private long place(int operand, long row, long piece) {
      return offsets[operand] + plan.rowOffset(operand,
          row) + piece * Tree.CHUNK * plan.rowStrides()[operand];
    }

    /** Where the body finds a piece: in place, or loaded into scratch (an output too, which it may read). */
    private MemorySegment operand(int operand, long offset, int n, Workspace workspace) {
      if (direct[operand]) {
        return segments[operand];
      }
      var values = workspace.array(Purpose.ROWS, n);
      staging.load(dtypes[operand], segments[operand], offset, plan.rowStrides()[operand], values, 0, n);
      var stage = workspace.segment(STAGES[operand], n);
      MemorySegment.copy(values, 0, stage, Native.F32, 0, n);
      return stage;
    }
  }
}
