package linnet.autograd;

import java.util.List;
import java.util.function.Consumer;
import linnet.tensor.Tensor;

/** One op that was run, with what its backward pass will read. */
final class OpNode extends Node {
  private final Op op;
  private final String path;
  private final boolean[] needs;
  private final boolean[] savesInput;
  private final List<Tensor> saved;

  OpNode(Tape tape, int index, Op op, String path, Variable[] inputs, boolean[] needs, Variable output,
      List<Tensor> saved) {
    super(tape, index, inputs, output);
    this.op = op;
    this.path = path;
    this.needs = needs;
    this.saved = saved;
    this.savesInput = new boolean[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      savesInput[i] = op.saves() == Saves.INPUTS && op.reads(i, this::needs);
    }
    visitKept(tape.ledger()::retain);
  }

  Op op() {
    return op;
  }

  boolean needs(int i) {
    return needs[i];
  }

  boolean savesInput(int i) {
    return savesInput[i];
  }

  List<Tensor> saved() {
    return saved;
  }

  @Override
  String describe() {
    return path.isEmpty() ? op.name() : op.name() + " in block " + path;
  }

  @Override
  void sendBack(Tensor dy) {
    var ledger = tape().ledger();
    Tensor[] gradients;
    BackwardContext ctx;
    try (var frame = new Frame(ledger)) {
      ctx = new BackwardContext(this, frame, ledger);
      gradients = op.vjp(ctx, dy);
      check(gradients, ctx);
      for (int i = 0; i < gradients.length; i++) {
        if (gradients[i] != null && !ctx.isInPlace(i)) {
          ledger.retain(gradients[i]);
        }
      }
    }
    letGo();
    ledger.drop(dy);
    for (int i = 0; i < gradients.length; i++) {
      if (gradients[i] != null && !ctx.isInPlace(i)) {
        inputs()[i].slot().add(gradients[i], ledger);
      }
    }
  }

  private void check(Tensor[] gradients, BackwardContext ctx) {
    if (gradients.length != inputs().length) {
      throw new IllegalStateException(describe() + ": vjp returned " + gradients.length + " gradients for "
          + inputs().length + " inputs");
    }
    for (int i = 0; i < gradients.length; i++) {
      if (!needs[i]) {
        if (gradients[i] != null) {
          throw new IllegalStateException(describe() + ": vjp returned a gradient for input " + i
              + ", which is frozen: ask ctx.needs(" + i + ") first, and return null");
        }
        continue;
      }
      if (gradients[i] == null) {
        throw new IllegalStateException(describe() + ": vjp returned no gradient for input " + i
            + ", which needs one");
      }
      if (ctx.isInPlace(i) && gradients[i] != inputs()[i].slot().tensor()) {
        throw new IllegalStateException(describe() + ": vjp added to the accumulator of input " + i
            + ", but returned another tensor for it");
      }
      var expected = ctx.type(i);
      if (!TensorType.of(gradients[i]).equals(expected)) {
        throw new IllegalStateException(describe() + ": vjp returned " + TensorType.of(gradients[i])
            + " for input " + i + ", expected " + expected);
      }
      tape().traceBackward(op, path, i, gradients[i]);
    }
  }

  @Override
  void letGo() {
    visitKept(tape().ledger()::drop);
  }

  private void visitKept(Consumer<Tensor> visitor) {
    for (int i = 0; i < savesInput.length; i++) {
      if (savesInput[i]) {
        visitor.accept(inputs()[i].value());
      }
    }
    if (op.saves() == Saves.OUTPUT) {
      visitor.accept(output().value());
    }
    saved.forEach(visitor);
  }
}
