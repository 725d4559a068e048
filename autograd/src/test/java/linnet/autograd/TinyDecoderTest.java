package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.function.Function;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whole gradients of a small decoder. */
class TinyDecoderTest {
  private final Backend reference = Backends.reference();
  private final Backend vector = Backends.vector(2);

  @AfterEach
  void close() {
    vector.close();
    reference.close();
  }

  @Test
  void agreesWithCentralDifferences() {
    try (var scope = reference.scope("model")) {
      var decoder = new TinyDecoder(scope, DType.F64);
      GradientCheck.standard().check(decoder::loss, decoder.parameters());
    }
  }

  @Test
  void theVectorBackendAgreesWithTheReference() {
    double[][] expected = TinyDecoder.lossAndGradients(reference, DType.F64, Tape::recording);
    double[][] actual = TinyDecoder.lossAndGradients(vector, DType.F32, Tape::recording);
    for (int i = 0; i < expected.length; i++) {
      Tolerance.DECODER.check(i == 0 ? "loss" : "gradient " + i, expected[i], actual[i]);
    }
  }

  @Test
  void checkpointingGivesTheSameBits() {
    for (var backend : new Backend[] {reference, vector}) {
      double[][] inline = TinyDecoder.lossAndGradients(backend, DType.F32, Tape::recording);
      double[][] recomputed = TinyDecoder.lossAndGradients(backend, DType.F32, Tape::checkpointing);
      assertArrayEquals(inline, recomputed, backend.description());
    }
  }

  @Test
  void noGradGivesTheSameLoss() {
    try (var scope = reference.scope("model"); var step = reference.scope("step");
        var tape = Tape.noGrad(step)) {
      var decoder = new TinyDecoder(scope, DType.F64);
      var parameters = Arrays.stream(decoder.parameters()).map(p -> Variable.parameter("p", p)).toList();
      var loss = decoder.loss(tape, parameters);
      double[][] recorded = TinyDecoder.lossAndGradients(reference, DType.F64, Tape::recording);
      assertEquals(recorded[0][0], loss.value().item());
      assertFalse(loss.requiresGrad());
    }
  }

  @Test
  void aStepsPeakCanBePlanned() {
    try (var planner = Backends.planning()) {
      for (var mode : new Mode[] {Tape::recording, Tape::checkpointing, Tape::noGrad}) {
        assertEquals(peakBytes(vector, mode), peakBytes(planner, mode));
      }
    }
  }

  private interface Mode extends Function<Scope, Tape> {}

  private static long peakBytes(Backend backend, Mode mode) {
    try (var scope = backend.scope("model"); var step = backend.scope("step"); var tape = mode.apply(step)) {
      var decoder = new TinyDecoder(scope, DType.F32);
      var loss = decoder.loss(tape,
          Arrays.stream(decoder.parameters()).map(p -> Variable.parameter("p", p)).toList());
      if (loss.requiresGrad()) {
        tape.backward(loss);
      }
      return step.peakBytes();
    }
  }
}
