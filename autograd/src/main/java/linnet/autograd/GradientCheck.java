package linnet.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Tensor;

/**
 * Compares gradients with central differences, (f(x + h) − f(x − h)) / 2h, as PyTorch's {@code gradcheck}
 * does. Results of several elements are weighted by fixed random numbers. The gradients are taken with all
 * inputs trainable, and then with each one alone, because an op computes less when the others are frozen.
 *
 * <pre>{@code
 * try (var backend = Backends.reference(); var scope = backend.scope("check")) {
 *   var x = scope.allocate(DType.F64, 3, 4);
 *   x.copyFrom(...);
 *   GradientCheck.standard().check((tape, in) -> tape.exp(in.get(0)), x);
 * }
 * }</pre>
 *
 * @param step h
 * @param tolerance how far a gradient g may lie from the difference d: tolerance · max(1, |g|, |d|)
 */
public record GradientCheck(double step, double tolerance) {
  /** A function of variables to check. */
  @FunctionalInterface
  public interface Function {
    /** Computes the result on {@code tape}; the same each time. */
    Variable apply(Tape tape, List<Variable> inputs);
  }

  /** Step and tolerance 1e-6, which F64 carries for values around 1. */
  public static GradientCheck standard() {
    return new GradientCheck(1e-6, 1e-6);
  }

  /**
   * Checks one op in every input that it can differentiate.
   *
   * @throws GradientMismatchException if a gradient is wrong
   * @throws IllegalArgumentException as {@link #check(Function, Tensor...)}
   */
  public void check(Op op, Tensor... inputs) {
    check((tape, variables) -> tape.apply(op, variables.toArray(Variable[]::new)), inputs,
        IntStream.range(0, inputs.length).filter(op::differentiable).toArray());
  }

  /**
   * Checks a function in every input that is not of integers.
   *
   * @param inputs of a backend that computes in F64; they are changed during the check, and restored
   * @throws GradientMismatchException if a gradient is wrong
   * @throws IllegalArgumentException if a floating input is not F64, or repeats elements (a stride of 0)
   */
  public void check(Function function, Tensor... inputs) {
    check(function, inputs, IntStream.range(0, inputs.length).toArray());
  }

  private void check(Function function, Tensor[] inputs, int[] candidates) {
    int[] checked = Arrays.stream(candidates).filter(i -> inputs[i].dtype().isFloating()).toArray();
    if (checked.length == 0) {
      throw new IllegalArgumentException("nothing to check: no input can have a gradient");
    }
    for (int i : checked) {
      requirePerturbable(i, inputs[i]);
    }
    var differences = new double[inputs.length][];
    for (int i : checked) {
      differences[i] = differences(function, inputs, i);
    }
    compare(function, inputs, checked, differences, "all trainable");
    for (int i : checked) {
      compare(function, inputs, new int[] {i}, differences, "only input " + i + " trainable");
    }
  }

  private static void requirePerturbable(int i, Tensor input) {
    if (input.dtype() != DType.F64) {
      throw new IllegalArgumentException("input " + i + " is " + TensorType.of(input)
          + ": central differences need F64, as Backends.reference() computes");
    }
    for (int d = 0; d < input.rank(); d++) {
      if (input.size(d) > 1 && input.stride(d) == 0) {
        throw new IllegalArgumentException("input " + i + " repeats its elements (" + input
            + "): check the tensor it was expanded from, and expand it within the function");
      }
    }
  }

  private double[] differences(Function function, Tensor[] inputs, int i) {
    double[] values = inputs[i].toDoubles();
    var result = new double[values.length];
    try {
      for (int e = 0; e < values.length; e++) {
        double value = values[e];
        values[e] = value + step;
        inputs[i].copyFrom(values);
        double above = weightedResult(function, inputs);
        values[e] = value - step;
        inputs[i].copyFrom(values);
        double below = weightedResult(function, inputs);
        values[e] = value;
        result[e] = (above - below) / (2 * step);
      }
    } finally {
      inputs[i].copyFrom(values);
    }
    return result;
  }

  private double weightedResult(Function function, Tensor[] inputs) {
    try (var scope = inputs[0].backend().scope("gradient check"); var tape = Tape.noGrad(scope)) {
      double[] result = function.apply(tape, Arrays.stream(inputs).map(Variable::constant).toList()).value()
          .toDoubles();
      double sum = 0;
      for (int e = 0; e < result.length; e++) {
        sum += weight(e) * result[e];
      }
      return sum;
    }
  }

  private void compare(Function function, Tensor[] inputs, int[] trainable, double[][] differences,
      String which) {
    try (var scope = inputs[0].backend().scope("gradient check"); var tape = Tape.recording(scope)) {
      var variables = Arrays.stream(inputs).map(Variable::constant).toArray(Variable[]::new);
      for (int i : trainable) {
        variables[i] = Variable.parameter("input " + i, inputs[i]);
      }
      var result = function.apply(tape, List.of(variables));
      var weights = scope.allocate(result.value().dtype(), result.shape());
      weights.copyFrom(
          IntStream.range(0, Math.toIntExact(weights.elements())).mapToDouble(this::weight).toArray());
      // by way of ops, so that dy is the checked op's to overwrite
      tape.backward(tape.sum(tape.mul(result, Variable.constant(weights))));
      for (int i : trainable) {
        compare(result.name(), which, i, inputs[i], variables[i].grad(), differences[i]);
      }
      for (int i : trainable) {
        inputs[i].scope().release(variables[i].grad());
      }
    }
  }

  private void compare(String op, String which, int input, Tensor value, Tensor gradient,
      double[] differences) {
    double[] gradients = gradient == null ? new double[differences.length] : gradient.toDoubles();
    for (int e = 0; e < gradients.length; e++) {
      double allowed = tolerance * Math.max(1, Math.max(Math.abs(gradients[e]), Math.abs(differences[e])));
      if (!(Math.abs(gradients[e] - differences[e]) <= allowed)) {
        throw new GradientMismatchException(op + " (" + which + "): the gradient of input " + input + ", "
            + TensorType.of(value) + ", at element " + e + " is " + gradients[e]
            + ", central differences say " + differences[e] + " (allowed gap " + allowed + ")");
      }
    }
  }

  /** A fixed random number in [0.5, 1.5): no element's mistake can hide behind another's. */
  private double weight(int element) {
    return 0.5 + RandomKey.of(0).derive("gradient check").uniform(element);
  }
}
