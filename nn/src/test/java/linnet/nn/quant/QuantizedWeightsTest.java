package linnet.nn.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import linnet.nn.Golden;
import linnet.nn.WeightLayout;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.StoredTensor;
import linnet.nn.io.TensorSpec;
import linnet.nn.model.Models;
import linnet.tensor.Backends;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class QuantizedWeightsTest {
  private static final Path FILE = Path.of("model.safetensors");

  private static StoredTensor stored(DType dtype, float[] values, int... sizes) {
    var spec = new TensorSpec("w", dtype, Shape.of(sizes));
    var bytes = MemorySegment.ofArray(new byte[(int) spec.bytes()]);
    Codec.encode(dtype, values, 0, values.length, bytes, 0);
    return new StoredTensor(spec, bytes);
  }

  private static float[] normals(long seed, int n) {
    var random = new Random(seed);
    var values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Whatever the sizes, a weight is no further away than half the widest gap between neighbours. */
  @Property(tries = 100)
  void weightsStayNear(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 200) int columns, @ForAll WeightLayout layout) {
    var values = normals(seed, rows * columns);
    for (var kind : new Quantization[] {Quantization.NF4, Quantization.INT8}) {
      try (var backend = Backends.vector(); var scope = backend.scope("model");
          var memory = new QuantizedWeights(kind)) {
        var tensor = memory.quantize(FILE, stored(DType.F32, values, rows, columns), layout, scope);
        assertEquals(Shape.of(rows, columns), tensor.shape());
        float[] found = tensor.toFloats();
        float most = 0;
        for (float value : values) {
          most = Math.max(most, Math.abs(value));
        }
        for (int i = 0; i < values.length; i++) {
          double gap = kind == Quantization.NF4 ? 0.2 : 1 / 200.0;
          assertEquals(values[i], found[i], most * gap, kind + " " + i);
        }
      }
    }
  }

  @Test
  void aWeightThatLiesTurnedIsQuantisedAsTheOther() {
    var values = normals(3, 70 * 50);
    var turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i % 50 * 70 + i / 50] = values[i];
    }
    for (var kind : new Quantization[] {Quantization.NF4, Quantization.INT8}) {
      try (var backend = Backends.vector(); var scope = backend.scope("model");
          var memory = new QuantizedWeights(kind)) {
        var plain = memory.quantize(FILE, stored(DType.F32, values, 70, 50), WeightLayout.OUT_IN, scope);
        var other = memory.quantize(FILE, stored(DType.F32, turned, 50, 70), WeightLayout.IN_OUT, scope);
        assertArrayEquals(plain.toFloats(), other.transpose().toFloats());
      }
    }
  }

  @Test
  void zerosAndTinyWeightsAreFinite() {
    for (float value : new float[] {0, -0f, Float.MIN_VALUE, 1e-38f, 1e-30f}) {
      var values = new float[200];
      Arrays.fill(values, value);
      for (var kind : new Quantization[] {Quantization.NF4, Quantization.INT8}) {
        try (var backend = Backends.vector(); var scope = backend.scope("model");
            var memory = new QuantizedWeights(kind)) {
          var found = memory.quantize(FILE, stored(DType.F32, values, 2, 100), WeightLayout.OUT_IN, scope);
          for (float x : found.toFloats()) {
            assertEquals(value, x, 1e-30f);
          }
        }
      }
    }
  }

  @Test
  void whatCannotBeQuantisedIsNamed() {
    refused(Quantization.NF4, stored(DType.F32, new float[] {1, Float.NaN}, 1, 2),
        "found values that are infinite or not");
    refused(Quantization.INT8, stored(DType.F32, new float[] {1, Float.NEGATIVE_INFINITY}, 1, 2),
        "found values that are infinite or not");
    refused(Quantization.INT8, stored(DType.F32, new float[] {1, 1e5f}, 1, 2), "found 100000.0 in row 0");
    var blocks = new StoredTensor(new TensorSpec("w", DType.Q8_0, Shape.of(1, 32)),
        MemorySegment.ofArray(new byte[34]));
    refused(Quantization.NF4, blocks, "found weights of Q8_0, expected F32, F16 or BF16 to quantise to nf4");
  }

  private static void refused(Quantization kind, StoredTensor weight, String message) {
    try (var backend = Backends.vector(); var scope = backend.scope("model");
        var memory = new QuantizedWeights(kind)) {
      var error = assertThrows(ModelFormatException.class,
          () -> memory.quantize(FILE, weight, WeightLayout.OUT_IN, scope));
      assertTrue(error.getMessage().contains("model.safetensors: w: " + message), error.getMessage());
    }
  }

  @Test
  void fullTrainingOfQuantisedWeightsIsRefused() {
    try (var backend = Backends.vector(); var weights = backend.scope("weights");
        var training = backend.scope("training");
        var loaded = Models.open(Golden.path("models/llama"), weights, Quantization.NF4)) {
      assertEquals(Quantization.NF4, loaded.quantization());
      var error = assertThrows(IllegalArgumentException.class,
          () -> Models.trainable(loaded.model(), training));
      assertTrue(error.getMessage().contains("q_proj.weight is quantised to NF4"), error.getMessage());
    }
  }
}
