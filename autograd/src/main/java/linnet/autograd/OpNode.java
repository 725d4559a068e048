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
  private final CheapResult cheap; // null: whoever reads the result keeps it

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
    this.cheap = op.cheap() && savesAllInputs() ? new CheapResult(this) : null;
    visitKept(tape.ledger()::retain, CheapResult::addReader);
  }

  /** Whether this node's own backward pass keeps all that its forward pass reads. */
  private boolean savesAllInputs() {
    boolean all = savesInput.length > 0;
    for (boolean saves : savesInput) {
      all &= saves;
    }
    return all;
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

  /** The value of an input that is saved. */
  Tensor input(int i) {
    var cheapInput = cheapInput(i);
    return cheapInput == null ? inputs()[i].value() : cheapInput.value();
  }

  private CheapResult cheapInput(int i) {
    return inputs()[i].node() instanceof OpNode maker ? maker.cheap : null;
  }

  /** Computes the result anew, with the same bits; the caller gets one hold on it. */
  Tensor runAgain() {
    var ledger = tape().ledger();
    try (var frame = new Frame(ledger)) {
      var values = new Tensor[inputs().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = input(i);
      }
      var type = TensorType.of(output().value());
      var result = op.forward(new ForwardContext(frame, type, values, new boolean[values.length]));
      ledger.retain(result);
      return result;
    }
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
    visitKept(tape().ledger()::drop, CheapResult::letGo);
  }

  private void visitKept(Consumer<Tensor> tensors, Consumer<CheapResult> cheapResults) {
    for (int i = 0; i < savesInput.length; i++) {
      var cheapInput = cheapInput(i);
      if (savesInput[i] && cheapInput != null) {
        cheapResults.accept(cheapInput);
      } else if (savesInput[i]) {
        tensors.accept(inputs()[i].value());
      }
    }
    if (op.saves() == Saves.OUTPUT) {
      tensors.accept(output().value());
    }
    saved.forEach(tensors);
  }
}
