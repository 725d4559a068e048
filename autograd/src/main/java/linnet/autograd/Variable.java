package linnet.autograd;

import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * A tensor that an op may take: a leaf (a {@link #parameter} or a {@link #constant}), or the result of an op
 * on a {@link Tape}. Two variables are the same only if they are one object, so that tied weights are one
 * parameter. A variable is used by one thread at a time.
 */
public final class Variable {
  private final String name;
  private final Tensor value;
  private final GradientSlot slot; // null: frozen
  private Node node; // null: a leaf, or nothing was recorded
  private boolean held;
  private boolean kept;

  Variable(String name, Tensor value, GradientSlot slot) {
    this.name = name;
    this.value = value;
    this.slot = slot;
  }

  /**
   * A trainable leaf. Its gradient adds up over backward passes, in the scope of {@code value}.
   *
   * @param name for errors, for example {@code model.layers.3.mlp.up_proj.lora_A.weight}
   * @throws IllegalArgumentException if the values are neither F32 nor F64
   */
  public static Variable parameter(String name, Tensor value) {
    if (!TensorType.of(value).isDifferentiable()) {
      throw new IllegalArgumentException("parameter " + name + " is " + TensorType.of(value)
          + ", expected F32 or F64: copy it to F32 to train it, or make it a constant");
    }
    return new Variable(name, value, new GradientSlot.OfParameter(value));
  }

  /** A frozen leaf: not a byte is spent on its gradient. */
  public static Variable constant(Tensor value) {
    return new Variable("constant", value, null);
  }

  /**
   * The tensor. The backward pass releases the results of ops as it passes them, and {@link Tape#block} those
   * that nothing reads any more, unless {@link Tape#keep} was called; using a released tensor throws.
   */
  public Tensor value() {
    return value;
  }

  /** The sizes of the value. */
  public Shape shape() {
    return value.shape();
  }

  /** A parameter's name; of a result, the name of its op. */
  public String name() {
    return name;
  }

  /** Whether gradients flow here: true of parameters, and of what was recorded of them. */
  public boolean requiresGrad() {
    return slot != null;
  }

  /**
   * A parameter's gradient, added up over all backward passes since the last {@link #clearGrad}; null before
   * the first.
   *
   * @throws IllegalStateException if this is not a parameter: gradients of other values are passed on, not
   *     kept
   */
  public Tensor grad() {
    return parameterSlot().tensor();
  }

  /**
   * Takes the memory of a parameter's gradient now; else it is taken when the first comes, in between the
   * tensors of a step.
   *
   * @throws IllegalStateException if this is not a parameter
   */
  public void allocateGrad() {
    parameterSlot().allocate();
  }

  /**
   * Forgets a parameter's gradient; the next one overwrites its memory.
   *
   * @throws IllegalStateException if this is not a parameter
   */
  public void clearGrad() {
    parameterSlot().clear();
  }

  private GradientSlot.OfParameter parameterSlot() {
    if (slot instanceof GradientSlot.OfParameter parameter) {
      return parameter;
    }
    throw new IllegalStateException(this + " has no gradient of its own: only parameters have");
  }

  GradientSlot slot() {
    return slot;
  }

  Node node() {
    return node;
  }

  void recordedBy(Node recorded) {
    node = recorded;
  }

  /** Takes over one hold on the value. */
  void hold() {
    held = true;
  }

  /** Whether the value is there, unchanged, until {@link #letGo}. */
  boolean isHeld() {
    return held;
  }

  /** Never lets go: the value lasts as long as its scope. */
  void keep() {
    kept = true;
  }

  /** Gives up the hold on the value, if there is one. */
  void letGo(Ledger ledger) {
    if (held && !kept) {
      held = false;
      ledger.drop(value);
    }
  }

  /** Name and type: {@code linear F32(8, 576)}. */
  @Override
  public String toString() {
    return name + " " + TensorType.of(value);
  }
}
