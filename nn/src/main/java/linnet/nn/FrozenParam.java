package linnet.nn;

import linnet.autograd.Variable;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** A parameter that does not train: it never gets a byte of gradient, and its tensor may be a mapped file. */
public final class FrozenParam implements Param {
  private final String name;
  private final Variable variable;

  /** A frozen parameter over {@code value}. */
  public FrozenParam(String name, Tensor value) {
    this.name = name;
    this.variable = Variable.constant(value);
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

  @Override
  public String toString() {
    return name + " " + value() + " frozen";
  }
}
