package linnet.nn;

import linnet.autograd.Variable;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * A parameter of a model. It has identity: two places of a tree that hold the same object share one tensor,
 * as a tied output head does with the embedding. What trains is decided by this type.
 */
public sealed interface Param permits DeclaredParam, FrozenParam, TrainableParam {
  /** Its first key in the model, such as {@code model.norm.weight}. */
  String name();

  /** The sizes of its tensor. */
  Shape shape();

  /**
   * What operations take.
   *
   * @throws IllegalStateException if the parameter is only declared
   */
  Variable variable();

  /**
   * The tensor.
   *
   * @throws IllegalStateException if the parameter is only declared
   */
  default Tensor value() {
    return variable().value();
  }
}
