package linnet.sft.train;

import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import linnet.autograd.NonFiniteException;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.model.CausalLm;
import linnet.sft.data.MicroBatch;
import linnet.tensor.Scope;

/** One micro-batch through the model: what training, validation and the memory forecast share. */
final class MicroStep {
  private MicroStep() {}

  /**
   * Adds the gradients of a micro-batch to the parameters'.
   *
   * @return its loss, summed over its targets
   * @throws NonFiniteException if that is not finite; then no gradient was touched
   */
  static double accumulate(CausalLm model, MicroBatch micro, boolean checkpointing) {
    try (var scope = model.backend().scope("step");
        var tape = tape(scope, checkpointing)) {
      var loss = MaskedLoss.sum(tape, model, micro);
      double value = loss.value().item();
      tape.backward(loss);
      return value;
    }
  }

  /** The loss of a micro-batch, summed over its targets. */
  static double evaluate(CausalLm model, MicroBatch micro) {
    try (var scope = model.backend().scope("validation"); var tape = Tape.noGrad(scope)) {
      return MaskedLoss.sum(tape, model, micro).value().item();
    }
  }

  /**
   * Runs a micro-batch forward again, looking at every result: the first op that made one that is not finite.
   */
  static Optional<NonFiniteException> traceLoss(CausalLm model, MicroBatch micro) {
    return trace(model, micro, Tape::noGrad, (tape, loss) -> { });
  }

  /**
   * Runs a micro-batch forward and backward again, looking at every gradient too. What it adds to the
   * parameters' gradients is of no use.
   */
  static Optional<NonFiniteException> traceGradients(CausalLm model, MicroBatch micro,
      boolean checkpointing) {
    return trace(model, micro, scope -> tape(scope, checkpointing), Tape::backward);
  }

  private static Optional<NonFiniteException> trace(CausalLm model, MicroBatch micro,
      Function<Scope, Tape> kind, BiConsumer<Tape, Variable> then) {
    try (var scope = model.backend().scope("trace"); var tape = kind.apply(scope).tracing()) {
      then.accept(tape, MaskedLoss.sum(tape, model, micro));
      return Optional.empty();
    } catch (NonFiniteException first) {
      return Optional.of(first);
    }
  }

  private static Tape tape(Scope step, boolean checkpointing) {
    return checkpointing ? Tape.checkpointing(step) : Tape.recording(step);
  }
}
