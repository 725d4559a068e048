package linnet.tensor.vector;

import java.util.LinkedHashMap;
import java.util.Map;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * The operands of one primitive as {@link Rows}. Views that are no dense F32 rows (rare) are copied to
 * scratch memory, and outputs among them are copied back by {@link #close}.
 */
final class DenseViews implements AutoCloseable {
  private final VectorBackend backend;
  private final String primitive;
  private final Map<Tensor, Tensor> outputs = new LinkedHashMap<>();
  private Scope scratch;

  DenseViews(VectorBackend backend, String primitive) {
    this.backend = backend;
    this.primitive = primitive;
  }

  /** Rows to read. */
  Rows input(Tensor x) {
    var rows = Rows.of(x);
    return rows != null ? rows : Rows.of(copy(x));
  }

  /** Rows to write; they hold the tensor's values, so that they may be added to. */
  Rows output(Tensor x) {
    var rows = Rows.of(x);
    return rows != null ? rows : Rows.of(copyBack(x));
  }

  /** A tensor to read whose last dimension is dense F32. */
  Tensor inputTensor(Tensor x) {
    return Native.hasDenseRows(x) ? x : copy(x);
  }

  /** A tensor to read of F32, whatever its strides. */
  Tensor anyStrides(Tensor x) {
    return x.dtype() == DType.F32 ? x : copy(x);
  }

  /** A tensor to write whose last dimension is dense F32. */
  Tensor outputTensor(Tensor x) {
    return Native.hasDenseRows(x) ? x : copyBack(x);
  }

  private Tensor copyBack(Tensor x) {
    var dense = copy(x);
    outputs.put(dense, x);
    return dense;
  }

  private Tensor copy(Tensor x) {
    if (scratch == null) {
      scratch = backend.scope(primitive);
    }
    var dense = scratch.allocate(DType.F32, x.shape());
    backend.copy(dense, x);
    return dense;
  }

  @Override
  public void close() {
    if (scratch != null) {
      outputs.forEach((dense, x) -> backend.copy(x, dense));
      scratch.close();
    }
  }
}
