package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import linnet.nn.TestBackend;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutgoingTensorTest {
  private static float[] counting(int n) {
    var values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = i % 9973 - 4000.25f;
    }
    return values;
  }

  @Property(tries = 300)
  void slicesAreTheWholeInOrder(@ForAll @Size(min = 1, max = 4) List<@IntRange(max = 7) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 40) int limit, @ForAll @IntRange(max = 3) int turned) {
    try (var backend = TestBackend.REFERENCE.open(); var scope = backend.scope("test")) {
      var shape = sizes.stream().mapToInt(Integer::intValue).toArray();
      var whole = scope.floats(counting(sizes.stream().reduce(1, (a, b) -> a * b)), shape)
          .transpose(0, turned % sizes.size());
      var slices = TensorSlices.of(whole, limit);
      var joined = new float[(int) whole.elements()];
      int at = 0;
      for (var slice : slices) {
        assertTrue(slice.elements() <= limit, slice.toString());
        float[] part = slice.toFloats();
        System.arraycopy(part, 0, joined, at, part.length);
        at += part.length;
      }
      assertEquals(joined.length, at);
      assertArrayEquals(whole.toFloats(), joined);
    }
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"F64", "F32", "F16", "BF16"})
  void aLargeTensorIsWrittenRowByRow(DType dtype, @TempDir Path folder) throws IOException {
    int rows = 700;
    int row = 1001;
    var values = counting(rows * row);
    try (var backend = TestBackend.VECTOR.open(); var scope = backend.scope("test")) {
      var plain = scope.floats(values, rows, row);
      var file = folder.resolve("large.safetensors");
      SafetensorsWriter.write(file, List.of(OutgoingTensor.of("plain", plain, dtype),
          OutgoingTensor.of("turned", plain.transpose(), dtype)), Map.of());
      try (var stored = SafetensorsFile.open(file)) {
        assertArrayEquals(rounded(plain, dtype), decoded(stored.get("plain")));
        assertArrayEquals(rounded(plain.transpose(), dtype), decoded(stored.get("turned")));
      }
    }
  }

  private static float[] rounded(Tensor tensor, DType dtype) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Codec.round(dtype, values[i]);
    }
    return values;
  }

  private static float[] decoded(StoredTensor stored) {
    var values = new float[(int) stored.shape().elements()];
    Codec.decode(stored.dtype(), stored.bytes(), 0, values, 0, values.length);
    return values;
  }
}
