package linnet.autograd;

import java.util.Arrays;
import java.util.stream.Stream;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The vector backend in F32 gives what the reference backend gives in F64, values and gradients. */
class BackendAgreementTest {
  private static Backend reference;
  private static Backend vector;

  private final OpCases cases = new OpCases();

  @BeforeContainer
  static void open() {
    reference = Backends.reference();
    vector = Backends.vector(2);
  }

  @AfterContainer
  static void close() {
    vector.close();
    reference.close();
  }

  @Provide
  Arbitrary<Class<? extends Op>> ops() {
    return Arbitraries.of(cases.all().keySet());
  }

  @Property(tries = 900, shrinking = ShrinkingMode.OFF)
  void everyOpAgrees(@ForAll("ops") Class<? extends Op> op, @ForAll long seed) {
    double[][] expected = valueAndGradients(reference, DType.F64, op, seed);
    double[][] actual = valueAndGradients(vector, DType.F32, op, seed);
    for (int i = 0; i < expected.length; i++) {
      Tolerance.ONE_OP.check(i == 0 ? "value" : "gradient " + i, expected[i], actual[i]);
    }
  }

  /** The value, then the gradient of each input that can have one, for a gradient of any strides. */
  private double[][] valueAndGradients(Backend backend, DType dtype, Class<? extends Op> type, long seed) {
    try (var scope = backend.scope("case"); var tape = Tape.recording(scope)) {
      var call = cases.all().get(type).apply(new Draw(seed, scope, dtype));
      var inputs = new Variable[call.inputs().length];
      Arrays.setAll(inputs, i -> call.inputs()[i].dtype().isFloating() && call.op().differentiable(i)
          ? Variable.parameter("input " + i, call.inputs()[i])
          : Variable.constant(call.inputs()[i]));
      var y = tape.apply(call.op(), inputs);
      double[] value = y.value().toDoubles();
      if (seed % 2 == 0) {
        tape.backward(tape.sum(y)); // the gradient arrives as one element, repeated
      } else {
        tape.backward(y, new Draw(-seed, scope, dtype).tensor(y.shape(), x -> x));
      }
      var trained = Arrays.stream(inputs).filter(Variable::requiresGrad).map(x -> x.grad().toDoubles());
      return Stream.concat(Stream.of(value), trained).toArray(double[][]::new);
    }
  }
}
