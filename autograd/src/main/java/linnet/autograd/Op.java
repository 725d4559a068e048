package linnet.autograd;

import java.util.List;
import java.util.function.IntPredicate;
import linnet.tensor.Tensor;

/**
 * A differentiable function of tensors with one result. An op is a record: its components are static
 * attributes, never tensors, and everything about it stands beside everything else: types, value, gradient,
 * what is kept.
 *
 * <p>Letters in the Javadoc of ops, and in the errors of {@link #infer}: {@code T} tokens, {@code D}
 * features, {@code H} query heads, {@code G} key/value heads, {@code V} vocabulary entries, {@code R} rank or
 * rotated pairs; {@code M}, {@code N}, {@code K} the sizes of a matrix product; {@code …} any further
 * dimensions.
 */
public sealed interface Op
    permits AdaptedHead, Arithmetic, Attention, Contraction, CustomOp, Elementwise, Gated, Indexing, Loss,
        Norm, Reduction, Rotary, View {

  /** The name that errors give; by default the record's, in camel case. */
  default String name() {
    return OpNames.of(getClass());
  }

  /**
   * The type of the result. Nothing else checks types, so that kernels need not.
   *
   * @throws IllegalArgumentException if the inputs do not fit; the message names the op, the shapes and the
   *     letters
   */
  TensorType infer(List<TensorType> inputs);

  /** Computes the result: {@link ForwardContext#output()} filled, or a view of an input. */
  Tensor forward(ForwardContext ctx);

  /**
   * The vector-Jacobian product: for each input the gradient of the loss, null where {@link
   * BackwardContext#needs} is false. A gradient may be {@code dy} itself, a view of it, or any strides; the
   * tape counts who shares it.
   *
   * @param dy the gradient of the loss with respect to the result; not to be written to, but see
   *     {@link BackwardContext#reuse}
   */
  Tensor[] vjp(BackwardContext ctx, Tensor dy);

  /** What {@link #vjp} reads. Asking for anything else throws. */
  Saves saves();

  /**
   * With {@link Saves#INPUTS}: whether {@link #vjp} reads this input, given which inputs need a gradient. An
   * op that narrows it lets the tape free the others early.
   */
  default boolean reads(int input, IntPredicate needs) {
    return true;
  }

  /**
   * Whether {@link #forward} takes so little that the tape does not keep the result of an op within a {@link
   * Tape#block} for the backward passes of those who read it: the first of them has it computed again, with
   * the same bits, and it is freed after the last. An op may say so if it reads every input in {@link #vjp},
   * so that they are there; else it has no effect. Its {@link #forward} then runs twice, and must do the same
   * both times.
   */
  default boolean cheap() {
    return false;
  }

  /** Whether {@link #vjp} can give a gradient for this input; if not, a trainable one is refused. */
  default boolean differentiable(int input) {
    return true;
  }
}
