package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import linnet.nn.io.StoredTensor;
import linnet.nn.io.TensorSpec;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FiniteCheckTest {
  private static boolean allFinite(DType dtype, byte[] bytes) {
    int elements = bytes.length / dtype.bytesPerBlock() * dtype.elementsPerBlock();
    return FiniteCheck.allFinite(
        new StoredTensor(new TensorSpec("x", dtype, Shape.of(elements)), MemorySegment.ofArray(bytes)));
  }

  @Property(tries = 2000)
  void agreesWithTheDefinitionOfEveryTypeOnAnyBytes(@ForAll DType dtype,
      @ForAll @Size(max = 450) byte[] any) {
    var bytes = Arrays.copyOf(any, any.length / dtype.bytesPerBlock() * dtype.bytesPerBlock());
    assertEquals(decodesToFinite(dtype, bytes), allFinite(dtype, bytes), dtype.toString());
  }

  private static boolean decodesToFinite(DType dtype, byte[] bytes) {
    if (dtype.isInteger()) {
      return true;
    }
    var values = new double[bytes.length / dtype.bytesPerBlock() * dtype.elementsPerBlock()];
    Codec.decode(dtype, MemorySegment.ofArray(bytes), 0, values, 0, values.length);
    return Arrays.stream(values).allMatch(Double::isFinite);
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"F64", "F32", "F16", "BF16"})
  void oneBadValueIsFoundAnywhereAndTheLargestFiniteOnesAreNot(DType dtype) {
    double largest = switch (dtype) {
      case F64 -> Double.MAX_VALUE;
      case F32 -> Float.MAX_VALUE;
      case F16 -> 65504;
      default -> Codec.bfloat16ToFloat((short) 0x7F7F);
    };
    for (int i = 0; i < 19; i++) {
      var values = new double[19];
      Arrays.fill(values, i % 2 == 0 ? -largest : largest);
      assertTrue(allFinite(dtype, encoded(dtype, values)));
      for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
        values[i] = bad;
        assertTrue(!allFinite(dtype, encoded(dtype, values)), dtype + " " + bad + " at " + i);
      }
    }
  }

  private static byte[] encoded(DType dtype, double[] values) {
    var bytes = new byte[(int) dtype.bytes(values.length)];
    Codec.encode(dtype, values, 0, values.length, MemorySegment.ofArray(bytes), 0);
    return bytes;
  }
}
