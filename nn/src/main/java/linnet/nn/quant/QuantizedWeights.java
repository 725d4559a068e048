package linnet.nn.quant;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import linnet.nn.WeightLayout;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.StoredTensor;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * The memory of quantised weights, outside of any backend, which adopts it as it does a mapped file. Close it
 * after the scope of the tensors.
 */
public final class QuantizedWeights implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final Quantization kind;

  /**
   * Memory for weights of one kind.
   *
   * @param kind not {@link Quantization#NONE}
   */
  public QuantizedWeights(Quantization kind) {
    this.kind = kind;
    kind.dtype();
  }

  /**
   * Quantises the weight of a projection, on all cores, without holding more of it in F32 than some blocks
   * (or the weight itself, if it lies as (K,N)). The same weight gives the same bits.
   *
   * @param file where the weight is from, for errors
   * @param stored the weight, in F32, F16, BF16 or F64; not needed afterwards
   * @param layout how it lies; the result has its shape
   * @param weights where the tensor lives
   * @throws ModelFormatException if it is quantised already, or not finite
   */
  public Tensor quantize(Path file, StoredTensor stored, WeightLayout layout, Scope weights) {
    requirePlain(file, stored);
    var matrix = new OutInMatrix(file, stored, layout);
    var tensor = switch (kind) {
      case NONE -> throw new IllegalStateException("nothing is quantised");
      case NF4 -> {
        var bytes = arena.allocate(DType.NF4.bytes(matrix.elements()), ALIGNMENT);
        new NormalFloatEncoder(matrix, bytes).run();
        yield weights.backend().adopt(weights, DType.NF4, Shape.of(matrix.rows(), matrix.columns()), bytes);
      }
      case INT8 -> {
        var shape = Shape.of(matrix.rows(), Int8Encoder.padded(matrix.columns()));
        var bytes = arena.allocate(DType.INT8.bytes(shape.elements()), ALIGNMENT);
        new Int8Encoder(matrix, bytes).run();
        yield weights.backend().adopt(weights, DType.INT8, shape, bytes).slice(1, 0, matrix.columns());
      }
    };
    return layout == WeightLayout.OUT_IN ? tensor : tensor.transpose();
  }

  /** What the weights are quantised to. */
  public Quantization kind() {
    return kind;
  }

  private void requirePlain(Path file, StoredTensor stored) {
    if (stored.dtype().isQuantized() || !stored.dtype().isFloating()) {
      throw new ModelFormatException(file, stored.name(), "found weights of " + stored.dtype()
          + ", expected F32, F16 or BF16 to quantise to " + kind.label() + (stored.dtype().isQuantized()
          ? "; they are quantised already: use them as they are, or convert the model to BF16 first" : ""));
    }
  }

  /** Frees the memory. */
  @Override
  public void close() {
    arena.close();
  }
}
