package linnet.nn;

import java.util.Arrays;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.model.CausalLm;

/** The loss that the golden figures use, as a trainer computes it: the head only at trained positions. */
public final class SupervisedLoss {
  private SupervisedLoss() {}

  /** Σ over targets of −log p · weight. */
  public static Variable of(Tape tape, CausalLm model, Golden.Rows rows, double weight) {
    var hidden = model.hidden(tape, rows.batch());
    return crossEntropy(tape, model, hidden, rows.predictors(), rows.targets(), weight);
  }

  public static Variable crossEntropy(Tape tape, CausalLm model, Variable hidden, int[] predictors,
      int[] targets, double weight) {
    var scope = tape.scope();
    var trained = tape.gatherRows(hidden, Variable.constant(scope.ints(predictors)));
    var weights = scope.allocate(model.dtype(), targets.length);
    var values = new double[targets.length];
    Arrays.fill(values, weight);
    weights.copyFrom(values);
    return model.outputHead().crossEntropy(tape, trained, Variable.constant(scope.ints(targets)),
        Variable.constant(weights));
  }
}
