package linnet.autograd;

import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.ReductionKernels;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** One call of {@link Op#vjp}: what was kept, what is wanted, and memory that lasts as long as the call. */
public final class BackwardContext {
  private final OpNode node;
  private final Frame frame;
  private final Ledger ledger;
  private final boolean[] inPlace;

  BackwardContext(OpNode node, Frame frame, Ledger ledger) {
    this.node = node;
    this.frame = frame;
    this.ledger = ledger;
    this.inPlace = new boolean[node.inputs().length];
  }

  /** Whether the gradient of input {@code i} has been added where it belongs already. */
  boolean isInPlace(int i) {
    return inPlace[i];
  }

  /** What computes. */
  public Backend backend() {
    return frame.backend();
  }

  /** The number of inputs. */
  public int inputs() {
    return node.inputs().length;
  }

  /** Whether the gradient of input {@code i} is wanted. If not, nothing may be computed for it. */
  public boolean needs(int i) {
    return node.needs(i);
  }

  /** The type of input {@code i}, which is that of its gradient. */
  public TensorType type(int i) {
    return TensorType.of(node.inputs()[i].value());
  }

  /**
   * The value of input {@code i}.
   *
   * @throws IllegalStateException if the op does not save its inputs, or does not read this one
   */
  public Tensor input(int i) {
    if (!node.savesInput(i)) {
      throw new IllegalStateException(node.op().name() + ": vjp asks for input " + i
          + ", which saves() and reads() say it does not read");
    }
    return node.input(i);
  }

  /**
   * The value of the result.
   *
   * @throws IllegalStateException if the op does not save its output
   */
  public Tensor output() {
    if (node.op().saves() != Saves.OUTPUT) {
      throw new IllegalStateException(node.op().name() + ": vjp asks for the output, but saves() is "
          + node.op().saves());
    }
    return node.output().value();
  }

  /**
   * Tensor {@code k} of those given to {@link ForwardContext#save}, counted from 0.
   *
   * @throws IllegalStateException if there is none
   */
  public Tensor saved(int k) {
    if (k < 0 || k >= node.saved().size()) {
      throw new IllegalStateException(node.op().name() + ": vjp asks for saved tensor " + k
          + ", but forward saved " + node.saved().size());
    }
    return node.saved().get(k);
  }

  /** A tensor of unspecified content; it ends with this call unless it is returned. */
  public Tensor allocate(DType dtype, Shape shape) {
    return frame.allocate(dtype, shape);
  }

  /** A tensor of unspecified content for the gradient of input {@code i}. */
  public Tensor gradient(int i) {
    return frame.allocate(type(i).dtype(), type(i).shape());
  }

  /**
   * A tensor to write a result of the type of {@code tensor} to, element by element: {@code tensor} itself,
   * where this call is the last to read it, else a new one. To be used for the last thing computed from
   * {@code tensor}.
   *
   * @param tensor {@code dy}, an input or a saved one
   */
  public Tensor reuse(Tensor tensor) {
    return ledger.isExclusive(tensor) ? tensor : frame.allocate(tensor.dtype(), tensor.shape());
  }

  /** The tensor itself if its elements lie row by row, else a temporary copy. */
  public Tensor dense(Tensor tensor) {
    return frame.dense(tensor);
  }

  /**
   * What to add the gradient of input {@code i} to, and then to return: what other uses of the input have
   * added up so far, if that may be written to (a parameter's own gradient always may), else zeros. Saves a
   * large temporary where only part of a gradient is not zero.
   */
  public Tensor accumulator(int i) {
    var slot = node.inputs()[i].slot();
    if (slot.isWritable(ledger)) {
      inPlace[i] = true;
      return slot.tensor();
    }
    var zeros = firstGradient(i, slot);
    backend().fill(zeros, 0);
    return zeros;
  }

  /**
   * As {@link #accumulator}, with the matrix product a · b added; where there is nothing yet, nothing is
   * zeroed.
   */
  public Tensor addMatmul(int i, Tensor a, Tensor b) {
    var slot = node.inputs()[i].slot();
    if (slot.isWritable(ledger)) {
      inPlace[i] = true;
      backend().matmulAdd(slot.tensor(), a, b);
      return slot.tensor();
    }
    var product = firstGradient(i, slot);
    backend().matmul(product, a, b);
    return product;
  }

  private Tensor firstGradient(int i, GradientSlot slot) {
    var own = slot.claim();
    inPlace[i] = own != null;
    return own != null ? own : gradient(i);
  }

  /**
   * The gradient of input {@code i} from that of the input broadcast: summed over the dimensions in which the
   * input was repeated.
   */
  public Tensor sumToInput(int i, Tensor gradient) {
    var target = type(i).shape();
    if (target.equals(gradient.shape())) {
      return gradient;
    }
    int missing = gradient.rank() - target.rank();
    int[] kept = gradient.shape().toArray();
    boolean sums = false;
    for (int d = 0; d < kept.length; d++) {
      if (kept[d] != 1 && (d < missing || target.size(d - missing) == 1)) {
        kept[d] = 1;
        sums = true;
      }
    }
    if (!sums) {
      return gradient.reshape(target.toArray());
    }
    var sum = gradient(i);
    backend().reduce(ReductionKernels.Reduction.SUM, sum.reshape(kept), gradient);
    return sum;
  }
}
