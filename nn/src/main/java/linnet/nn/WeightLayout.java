package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Shape;

/** How a checkpoint stores the weight of a projection from K features to N. */
public enum WeightLayout {
  /** (N,K), as PyTorch's linear layer does. */
  OUT_IN(0),
  /** (K,N), as GPT-2's {@code Conv1D} does. */
  IN_OUT(1);

  private final int outDimension;

  WeightLayout(int outDimension) {
    this.outDimension = outDimension;
  }

  /** The shape of a weight. */
  public int[] sizes(int inFeatures, int outFeatures) {
    return this == OUT_IN ? new int[] {outFeatures, inFeatures} : new int[] {inFeatures, outFeatures};
  }

  int outFeatures(Shape weight) {
    return weight.size(outDimension);
  }

  int inFeatures(Shape weight) {
    return weight.size(1 - outDimension);
  }

  /** The weight seen as (N,K). */
  Variable outIn(Tape tape, Variable weight) {
    return this == OUT_IN ? weight : tape.transpose(weight, 0, 1);
  }
}
