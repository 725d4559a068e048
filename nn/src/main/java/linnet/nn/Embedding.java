package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Tensor;

/**
 * A row of features for each id.
 *
 * @param weight (V,D)
 */
public record Embedding(Param weight) implements Module {
  /**
   * Looks the ids up.
   *
   * @param ids (T), I32
   * @return (T,D)
   */
  public Variable forward(Tape tape, Tensor ids) {
    return tape.embedding(weight.variable(), Variable.constant(ids));
  }
}
