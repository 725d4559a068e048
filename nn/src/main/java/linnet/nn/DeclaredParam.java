package linnet.nn;

import java.util.Objects;
import linnet.autograd.Variable;
import linnet.tensor.Shape;

/** A parameter of which only the shape is known yet, and how a new model would initialise it. */
public final class DeclaredParam implements Param {
  private final Shape shape;
  private final Initializer initializer;

  /** A parameter to be loaded or initialised. */
  public DeclaredParam(Initializer initializer, int... sizes) {
    this.shape = Shape.of(sizes);
    this.initializer = Objects.requireNonNull(initializer, "initializer");
  }

  @Override
  public String name() {
    return "(declared)";
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /** How a new model fills it. */
  public Initializer initializer() {
    return initializer;
  }

  @Override
  public Variable variable() {
    throw new IllegalStateException("a parameter of shape " + shape
        + " is declared but holds no values: load the model or initialise it first");
  }
}
