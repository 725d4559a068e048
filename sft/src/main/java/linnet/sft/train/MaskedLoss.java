package linnet.sft.train;

import java.util.Arrays;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.model.CausalLm;
import linnet.sft.data.MicroBatch;
import linnet.tensor.Scope;

/** What training minimises and what scoring reports. The head is computed at predictors of targets only. */
public final class MaskedLoss {
  private MaskedLoss() {}

  /** The negative log-likelihood of a micro-batch's targets, summed: one element. */
  public static Variable sum(Tape tape, CausalLm model, MicroBatch batch) {
    var weights = new float[batch.targets().length];
    Arrays.fill(weights, 1);
    var ones = tape.scope().allocate(model.dtype(), weights.length);
    ones.copyFrom(weights);
    return model.outputHead().crossEntropy(tape, model.hidden(tape, batch.batch()),
        ints(tape.scope(), batch.targets()), Variable.constant(ones), batch.batch().wantedKeys());
  }

  /** The log-probability of each of a micro-batch's targets, in their order. */
  public static Variable logProbs(Tape tape, CausalLm model, MicroBatch batch) {
    return model.outputHead().logProbs(tape, model.hidden(tape, batch.batch()),
        ints(tape.scope(), batch.targets()), batch.batch().wantedKeys());
  }

  private static Variable ints(Scope scope, int[] values) {
    return Variable.constant(scope.ints(values));
  }
}
