package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import linnet.nn.Golden;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockQuantizerTest {
  private static final int BLOCK = 32;

  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"Q8_0", "Q4_0"})
  void hasTheBitsOfTheGgufPackage(DType dtype) {
    var golden = Golden.json("gguf/quants.json");
    float[] values = floats(Base64.getDecoder().decode(golden.at("f32").asString()));
    byte[] expected = Base64.getDecoder().decode(golden.at(dtype.name()).asString());
    var out = new byte[expected.length];
    assertEquals(-1, BlockQuantizer.encode(dtype, values, values.length, MemorySegment.ofArray(out)));
    assertArrayEquals(expected, out);
  }

  private static float[] floats(byte[] bytes) {
    var values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** No value moves further than half a step, or a whole one at the short end of the four bits. */
  @Property(tries = 300)
  void staysWithinAStep(
      @ForAll @Size(BLOCK) List<@FloatRange(min = -1000, max = 1000) Float> numbers) {
    var values = new float[BLOCK];
    float largest = 0;
    for (int i = 0; i < BLOCK; i++) {
      values[i] = numbers.get(i);
      largest = Math.max(largest, Math.abs(values[i]));
    }
    for (var entry : Map.of(DType.Q8_0, 0.51f / 127, DType.Q4_0, 1.01f / 8).entrySet()) {
      var out = MemorySegment.ofArray(new byte[(int) entry.getKey().bytes(BLOCK)]);
      assertEquals(-1, BlockQuantizer.encode(entry.getKey(), values, BLOCK, out));
      var back = new float[BLOCK];
      Codec.decode(entry.getKey(), out, 0, back, 0, BLOCK);
      for (int i = 0; i < BLOCK; i++) {
        // the scale is rounded to F16: a 2048th of the value, or its smallest step of 6e-8 for each of 127
        assertEquals(values[i], back[i], largest * (entry.getValue() + 1e-3f) + 1e-5f);
      }
    }
  }

  @Test
  void refusesWhatAScaleCannotHold(@TempDir Path folder) {
    var values = new float[2 * BLOCK];
    values[40] = 1e8f;
    var stored = write(folder, values);
    var error = assertThrows(ModelFormatException.class, () -> writeAs(stored, DType.Q8_0, folder));
    assertTrue(error.getMessage().contains("element 40: found 1.0E8, which the scale of a Q8_0 block"),
        error.getMessage());
    values[40] = Float.NaN;
    var damaged = write(folder, values);
    assertThrows(ModelFormatException.class, () -> writeAs(damaged, DType.Q4_0, folder));
  }

  private static StoredTensor write(Path folder, float[] values) {
    var file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, List.of(OutgoingTensor.of("a", Shape.of(2, BLOCK), values)), Map.of());
    return SafetensorsFile.open(file).get("a");
  }

  private static void writeAs(StoredTensor tensor, DType dtype, Path folder) {
    GgufWriter.write(folder.resolve("a.gguf"), new GgufMetadata("test", new LinkedHashMap<>()),
        List.of(new OutgoingTensor(tensor.spec().as(dtype), new Recoding(tensor, dtype))));
  }
}
