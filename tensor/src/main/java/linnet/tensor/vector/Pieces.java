package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * The elements of a tensor, in order, as dense F32 pieces to read: in place where they lie so, else from
 * scratch.
 */
final class Pieces {
  private final RowPlan plan;
  private final Staging staging;
  private final DType dtype;
  private final MemorySegment source;
  private final long offset;
  private final long stride;
  private final boolean direct;

  Pieces(Tensor x, Staging staging) {
    this.staging = staging;
    plan = RowPlan.inOrder(x);
    dtype = x.dtype();
    source = Native.segment(x);
    offset = x.offset();
    stride = plan.rowStrides()[0];
    direct = dtype == DType.F32 && (stride == 1 || plan.row() == 1);
  }

  int count() {
    return Math.toIntExact(plan.pieces());
  }

  int length(int index) {
    return plan.pieceLength(index % plan.piecesOfRow());
  }

  /**
   * Where a piece begins in its {@link #segment}, in bytes; of the piece {@code shift} elements further on.
   */
  long at(int index, long shift) {
    return direct ? 4 * element(index, shift) : 0;
  }

  /** Where a piece lies; of the piece {@code shift} elements further on. */
  MemorySegment segment(int index, long shift, Workspace workspace) {
    if (direct) {
      return source;
    }
    int n = length(index);
    var values = workspace.array(Purpose.ROWS, n);
    staging.load(dtype, source, element(index, shift), stride, values, 0, n);
    var stage = workspace.segment(Purpose.STAGE_A, n);
    MemorySegment.copy(values, 0, stage, Native.F32, 0, n);
    return stage;
  }

  private long element(int index, long shift) {
    long row = index / plan.piecesOfRow();
    long piece = index % plan.piecesOfRow();
    return offset + shift + plan.rowOffset(0, row) + piece * Tree.CHUNK * stride;
  }
}
