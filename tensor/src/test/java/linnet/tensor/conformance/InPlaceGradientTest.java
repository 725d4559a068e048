package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Gradients that may be written onto an operand have the same bits there as in memory of their own. */
class InPlaceGradientTest {
  private static final int[] ROWS = {7, 75};
  private static final int[] HEADS = {7, 3, 25};

  private interface Call {
    /** Computes gradients from operands; with {@code inPlace} onto them, as far as that is allowed. */
    List<Tensor> gradients(Backend backend, Tensor[] operands, boolean inPlace);
  }

  @Test
  void swiGlu() {
    onEveryBackend(ROWS, (backend, in, inPlace) -> {
      var dGate = inPlace ? in[0] : in[3];
      var dUp = inPlace ? in[2] : in[4];
      backend.swiGluBackward(dGate, dUp, in[0], in[1], in[2]);
      return List.of(dGate, dUp);
    });
    onEveryBackend(ROWS, (backend, in, inPlace) -> {
      var dGate = inPlace ? in[2] : in[3];
      var dUp = inPlace ? in[1] : in[4];
      backend.swiGluBackward(dGate, dUp, in[0], in[1], in[2]);
      return List.of(dGate, dUp);
    });
  }

  @Test
  void rmsNorm() {
    onEveryBackend(ROWS, (backend, in, inPlace) -> {
      var dx = inPlace ? in[1] : in[2];
      backend.rmsNormBackwardInput(dx, in[0], in[3].select(0, 1), in[1], 1e-5);
      return List.of(dx);
    });
  }

  @Test
  void layerNorm() {
    onEveryBackend(ROWS, (backend, in, inPlace) -> {
      var dx = inPlace ? in[1] : in[2];
      backend.layerNormBackwardInput(dx, in[0], in[3].select(0, 1), in[1], 1e-5);
      return List.of(dx);
    });
  }

  @Test
  void gelu() {
    onEveryBackend(ROWS, (backend, in, inPlace) -> {
      var dx = inPlace ? in[1] : in[2];
      backend.geluBackward(dx, in[0], in[1]);
      return List.of(dx);
    });
    onEveryBackend(ROWS, (backend, in, inPlace) -> {
      var dx = inPlace ? in[1] : in[2];
      backend.geluTanhBackward(dx, in[0], in[1]);
      return List.of(dx);
    });
  }

  @Test
  void rope() {
    for (int half : new int[] {3, 8, 12}) {
      onEveryBackend(HEADS, (backend, in, inPlace) -> {
        var dx = inPlace ? in[0] : in[1];
        var cos = in[2].select(1, 0).slice(1, 0, half);
        var sin = in[3].select(1, 0).slice(1, 0, half);
        backend.ropeBackward(dx, in[0], cos, sin);
        return List.of(dx);
      });
    }
  }

  private static void onEveryBackend(int[] shape, Call call) {
    Consumer<Backend> check = backend -> assertArrayEquals(run(backend, shape, call, false),
        run(backend, shape, call, true), backend.description());
    try (var reference = Backends.reference()) {
      Stream.concat(Stream.of(reference), Candidates.all().stream()).forEach(check);
    }
  }

  private static double[][] run(Backend backend, int[] shape, Call call, boolean inPlace) {
    try (var scope = backend.scope("in place")) {
      var random = new Random(1);
      var operands = new Tensor[5];
      for (int i = 0; i < operands.length; i++) {
        operands[i] = scope.allocate(DType.F32, shape);
        operands[i].copyFrom(random.doubles(operands[i].elements(), -2, 2).toArray());
      }
      return call.gradients(backend, operands, inPlace).stream().map(Tensor::toDoubles)
          .toArray(double[][]::new);
    }
  }
}
