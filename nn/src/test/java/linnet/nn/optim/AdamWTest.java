package linnet.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.ForwardKeys;
import linnet.nn.FrozenParam;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Param;
import linnet.nn.RmsNorm;
import linnet.nn.TestBackend;
import linnet.nn.TrainableParam;
import linnet.tensor.Scope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdamWTest {
  record Net(Linear proj, RmsNorm norm, RmsNorm unused, RmsNorm frozen) implements Module {
    static Net of(TestBackend test, Scope scope) {
      return new Net(new Linear(param(test, scope, "w", 2, 2), Optional.of(param(test, scope, "b", 2))),
          new RmsNorm(param(test, scope, "n", 2), 1e-6), new RmsNorm(param(test, scope, "u", 2), 1e-6),
          new RmsNorm(new FrozenParam("f", scope.zeros(test.dtype(), 2)), 1e-6));
    }

    private static Param param(TestBackend test, Scope scope, String name, int... sizes) {
      var value = scope.allocate(test.dtype(), sizes);
      scope.backend().fill(value, 1);
      return new TrainableParam(name, value);
    }

    /** Gives w, b and n gradients that are not zero. */
    void backward(Scope step, double x) {
      try (var tape = Tape.recording(step)) {
        var input = step.allocate(proj.weight().value().dtype(), 3, 2);
        input.copyFrom(new double[] {x, 2, -1, 0.5, 3, -x});
        var y = norm.forward(tape, proj.forward(tape, Variable.constant(input), ForwardKeys.none()));
        var target = step.allocate(input.dtype(), 3, 2);
        target.copyFrom(new double[] {1, 2, 3, 4, 5, 7});
        tape.backward(tape.sum(tape.mul(y, Variable.constant(target))));
      }
    }
  }

  private static double[] values(AdamW adam) {
    return adam.params().stream().flatMapToDouble(p -> Arrays.stream(p.value().toDoubles())).toArray();
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void normsAndBiasesDoNotDecayByDefaultAndParametersWithoutGradientStay(TestBackend test) {
    try (var backend = test.open();
        var training = backend.scope("training"); var step = backend.scope("step")) {
      var net = Net.of(test, training);
      var adam = new AdamW(AdamWConfig.withDecay(0.1), net, DecayRule.EXCEPT_NORMS_AND_BIASES, training);
      assertEquals(List.of("w", "b", "n", "u"), adam.params().stream().map(TrainableParam::name).toList());
      net.backward(step, 1);
      assertNull(adam.params().get(3).grad());
      adam.step(0.5, 0); // a gradient of zero: what changes is decay
      double shrunk = 1 - 0.5 * 0.1;
      assertArrayEquals(new double[] {shrunk, shrunk, shrunk, shrunk, 1, 1, 1, 1, 1, 1}, values(adam), 1e-7);
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void everythingDecaysWhereAsked(TestBackend test) {
    try (var backend = test.open();
        var training = backend.scope("training"); var step = backend.scope("step")) {
      var net = Net.of(test, training);
      var adam = new AdamW(AdamWConfig.withDecay(0.1), net, DecayRule.ALL, training);
      net.backward(step, 1);
      adam.step(1, 0);
      assertArrayEquals(new double[] {.9, .9, .9, .9, .9, .9, .9, .9, 1, 1}, values(adam), 1e-7);
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void theFirstStepIsAsLargeAsTheLearningRate(TestBackend test) {
    try (var backend = test.open();
        var training = backend.scope("training"); var step = backend.scope("step")) {
      var net = Net.of(test, training);
      var adam = new AdamW(AdamWConfig.withDecay(0), net, DecayRule.ALL, training);
      net.backward(step, 1);
      double[] gradient = adam.params().get(2).grad().toDoubles();
      adam.step(0.25, 1);
      double[] after = adam.params().get(2).value().toDoubles();
      for (int i = 0; i < 2; i++) { // with bias correction m̂ / √v̂ is the sign of the gradient
        assertTrue(Math.abs(gradient[i]) > 0.01);
        assertEquals(1 - 0.25 * Math.signum(gradient[i]), after[i], 1e-6);
      }
      adam.clearGradients();
      assertNull(adam.params().get(0).grad());
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aRestoredOptimizerContinuesWithTheSameBits(TestBackend test) {
    try (var backend = test.open();
        var training = backend.scope("training"); var step = backend.scope("step")) {
      var net = Net.of(test, training);
      var adam = new AdamW(AdamWConfig.withDecay(0.1), net, DecayRule.ALL, training);
      steps(net, adam, step, 1, 2);
      var saved = adam.moments().stream().map(m -> new AdamW.Moments(m.name(), m.m().keep(training),
          m.v().keep(training))).collect(Collectors.toMap(AdamW.Moments::name, Function.identity()));
      var copy = Net.of(test, training);
      var resumed = new AdamW(AdamWConfig.withDecay(0.1), copy, DecayRule.ALL, training);
      for (int i = 0; i < adam.params().size(); i++) {
        backend.copy(resumed.params().get(i).value(), adam.params().get(i).value());
      }
      resumed.restore(adam.steps(), saved);
      steps(net, adam, step, 3, 4);
      steps(copy, resumed, step, 3, 4);
      assertArrayEquals(values(adam), values(resumed));
      assertEquals(4, resumed.steps());
    }
  }

  private static void steps(Net net, AdamW adam, Scope step, int... inputs) {
    for (int x : inputs) {
      adam.clearGradients();
      net.backward(step, x);
      adam.step(0.1, 0.5);
      step.reset();
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void stateOfAnotherModelIsRefusedAndChangesNothing(TestBackend test) {
    try (var backend = test.open(); var training = backend.scope("training")) {
      var adam = new AdamW(AdamWConfig.withDecay(0), Net.of(test, training), DecayRule.ALL, training);
      var error = assertThrows(IllegalArgumentException.class, () -> adam.restore(3, Map.of()));
      assertEquals("optimizer state of w: found none, expected two tensors of shape (2, 2)",
          error.getMessage());
      assertEquals(0, adam.steps());
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aModelInWhichNothingTrainsIsRefused(TestBackend test) {
    try (var backend = test.open(); var training = backend.scope("training")) {
      var frozen = new RmsNorm(new FrozenParam("f", training.zeros(test.dtype(), 2)), 1e-6);
      assertThrows(IllegalArgumentException.class,
          () -> new AdamW(AdamWConfig.withDecay(0), frozen, DecayRule.ALL, training));
    }
  }
}
