package linnet.autograd;

import linnet.tensor.Tensor;

/** An infinite value, or one that is not a number, where it first appeared. */
public final class NonFiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  private final String op;
  private final String block;
  private final Phase phase;

  /** Which half of the step. */
  public enum Phase {
    /** The op's result. */
    FORWARD,
    /** A gradient that the op passed on. */
    BACKWARD
  }

  NonFiniteException(String op, String block, Phase phase, String message) {
    super(message);
    this.op = op;
    this.block = block;
    this.phase = phase;
  }

  static NonFiniteException inLoss(Variable loss) {
    return new NonFiniteException(loss.name(), "", Phase.FORWARD, "the loss, made by " + loss.name() + ", is "
        + loss.value().item() + ": Tracing.firstNonFinite runs the step again and names the op it came from");
  }

  static NonFiniteException inResult(Op op, String block, Variable[] inputs, Tensor value) {
    var message = new StringBuilder("forward of " + where(op, block) + " made " + describe(value));
    for (int i = 0; i < inputs.length; i++) {
      var input = inputs[i].value();
      if (input.dtype().isFloating() && !input.backend().allFinite(input)) {
        message.append("; its input ").append(i).append(", ").append(inputs[i].name()).append(", came with ")
            .append(describe(input));
      }
    }
    return new NonFiniteException(op.name(), block, Phase.FORWARD, message.toString());
  }

  static NonFiniteException inGradient(Op op, String block, int input, Tensor gradient) {
    return new NonFiniteException(op.name(), block, Phase.BACKWARD,
        "backward of " + where(op, block) + " made, for input " + input + ", " + describe(gradient));
  }

  private static String where(Op op, String block) {
    return block.isEmpty() ? op.name() : op.name() + " in block " + block;
  }

  private static String describe(Tensor tensor) {
    double[] values = tensor.toDoubles();
    int first = 0;
    while (Double.isFinite(values[first])) {
      first++;
    }
    return values[first] + " at element " + first + " of " + TensorType.of(tensor);
  }

  /** The name of the op whose result or gradient it is. */
  public String op() {
    return op;
  }

  /** The block in which it ran, for example {@code layers.3}; empty outside of all blocks. */
  public String block() {
    return block;
  }

  /** Which half of the step. */
  public Phase phase() {
    return phase;
  }
}
