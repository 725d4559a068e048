package linnet.nn;

import linnet.autograd.Variable;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** A parameter that trains: its tensor is changed in place by an optimizer, its gradient lies beside it. */
public final class TrainableParam implements Param {
  private final String name;
  private final Variable variable;

  /** A trainable parameter over {@code value}, a dense F32 or F64 tensor of the training lifetime. */
  public TrainableParam(String name, Tensor value) {
    this.name = name;
    this.variable = Variable.parameter(name, value);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Shape shape() {
    return variable.shape();
  }

  @Override
  public Variable variable() {
    return variable;
  }

  /** The sum of the gradients so far, or null before the first. */
  public Tensor grad() {
    return variable.grad();
  }

  @Override
  public String toString() {
    return name + " " + value() + " trainable";
  }
}
