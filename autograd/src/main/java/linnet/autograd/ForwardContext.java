package linnet.autograd;

import java.util.ArrayList;
import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** One call of {@link Op#forward}: its inputs, its output, and memory that lasts as long as the call. */
public final class ForwardContext {
  private final Frame frame;
  private final TensorType type;
  private final Tensor[] inputs;
  private final boolean[] needs;
  private final List<Tensor> saved = new ArrayList<>();
  private Tensor output;

  ForwardContext(Frame frame, TensorType type, Tensor[] inputs, boolean[] needs) {
    this.frame = frame;
    this.type = type;
    this.inputs = inputs;
    this.needs = needs;
  }

  /** What computes. */
  public Backend backend() {
    return frame.backend();
  }

  /** The number of inputs. */
  public int inputs() {
    return inputs.length;
  }

  /** The value of input {@code i}; not to be written to. */
  public Tensor input(int i) {
    return inputs[i];
  }

  /**
   * Whether the backward pass will want the gradient of input {@code i}; false for all where nothing is
   * recorded.
   */
  public boolean needs(int i) {
    return needs[i];
  }

  /** The result, of the inferred type, its content unspecified; allocated by the first call. */
  public Tensor output() {
    if (output == null) {
      output = frame.allocate(type.dtype(), type.shape());
    }
    return output;
  }

  /** A temporary of unspecified content; it ends with this call unless it is saved or part of the result. */
  public Tensor allocate(DType dtype, Shape shape) {
    return frame.allocate(dtype, shape);
  }

  /** The tensor itself if its elements lie row by row, else a temporary copy. */
  public Tensor dense(Tensor tensor) {
    return frame.dense(tensor);
  }

  /**
   * Keeps a tensor for {@link BackwardContext#saved}, counted from 0; returns it. Without effect if nothing
   * records.
   */
  public Tensor save(Tensor tensor) {
    saved.add(tensor);
    return tensor;
  }

  List<Tensor> saved() {
    return saved;
  }
}
