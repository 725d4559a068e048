package linnet.examples;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;

/** Tensors and gradients alone: finds the weights of y = x · wᵀ by gradient descent. */
public final class Regression {
  private static final int STEPS = 500;
  private static final double RATE = 0.3;

  private Regression() {}

  /** Prints the weights that were found for y = 3 a − b + ½. */
  public static void main(String[] args) {
    try (var backend = Backends.vector()) {
      float[] w = fit(backend);
      IO.println("y = %.3f a %+.3f b %+.3f".formatted(w[0], w[1], w[2]));
    }
  }

  static float[] fit(Backend backend) {
    try (var training = backend.scope("training")) {
      // four points; the last column of ones is for the constant
      var x = Variable.constant(training.floats(new float[] {0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1}, 4, 3));
      var y = Variable.constant(training.floats(new float[] {0.5f, 3.5f, -0.5f, 2.5f}, 4, 1));
      var w = Variable.parameter("w", training.zeros(DType.F32, 1, 3));
      for (int i = 0; i < STEPS; i++) {
        try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
          var loss = tape.mean(tape.square(tape.sub(tape.linear(x, w), y)));
          tape.backward(loss);
          backend.addScaled(w.value(), w.grad(), -RATE);
          w.clearGrad();
        }
      }
      return w.value().toFloats();
    }
  }
}
