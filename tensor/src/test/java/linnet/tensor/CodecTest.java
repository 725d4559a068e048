package linnet.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CodecTest {
  @Test
  void knownBytesOfPlainTypes() {
    assertArrayEquals(new float[] {1, -2.5f}, decoded(DType.F32, 2, 0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0));
    assertArrayEquals(new float[] {1, -2.5f, 65504}, decoded(DType.F16, 3, 0, 0x3C, 0, 0xC1, 0xFF, 0x7B));
    assertArrayEquals(new float[] {1, -2.5f}, decoded(DType.BF16, 2, 0x80, 0x3F, 0x20, 0xC0));
    assertArrayEquals(new float[] {-3}, decoded(DType.F64, 1, 0, 0, 0, 0, 0, 0, 0x08, 0xC0));
    assertArrayEquals(new float[] {-2}, decoded(DType.I64, 1, 0xFE, -1, -1, -1, -1, -1, -1, -1));
    assertArrayEquals(new float[] {258}, decoded(DType.I32, 1, 2, 1, 0, 0));
    assertArrayEquals(new float[] {255}, decoded(DType.U8, 1, 0xFF));
  }

  /** d = 0.5 and bytes counting from −16. */
  @Test
  void q8BlocksScaleSignedBytes() {
    var block = new int[34];
    block[1] = 0x38; // 0.5 in F16
    for (int i = 0; i < 32; i++) {
      block[2 + i] = i - 16;
    }
    float[] values = decoded(DType.Q8_0, 32, block);
    assertEquals(-8, values[0]);
    assertEquals(7.5f, values[31]);
  }

  /** Nibble j is element j, low halves first. */
  @Test
  void q4BlocksTakeLowHalvesFirst() {
    var q40 = new int[18];
    q40[1] = 0x3C; // 1 in F16
    var q41 = new int[20];
    q41[1] = 0x40; // 2
    q41[3] = 0xBC; // −1
    for (int j = 0; j < 16; j++) {
      q40[2 + j] = j | 15 - j << 4;
      q41[4 + j] = j | 15 - j << 4;
    }
    float[] centred = decoded(DType.Q4_0, 32, q40);
    float[] shifted = decoded(DType.Q4_1, 32, q41);
    for (int j = 0; j < 16; j++) {
      assertEquals(j - 8, centred[j]);
      assertEquals(15 - j - 8, centred[j + 16]);
      assertEquals(2 * j - 1, shifted[j]);
      assertEquals(2 * (15 - j) - 1, shifted[j + 16]);
    }
  }

  @Property(tries = 200)
  void anyPartDecodesAsTheWhole(@ForAll DType dtype, @ForAll long seed, @ForAll @IntRange(max = 100) int from,
      @ForAll @IntRange(max = 28) int count) {
    var content = new byte[(int) dtype.bytes(512)];
    new Random(seed).nextBytes(content);
    var bytes = MemorySegment.ofArray(content);
    var whole = new float[512];
    Codec.decode(dtype, bytes, 0, whole, 0, 512);
    var part = new float[count + 2];
    Codec.decode(dtype, bytes, from, part, 1, count);
    assertArrayEquals(Arrays.copyOfRange(whole, from, from + count), Arrays.copyOfRange(part, 1, count + 1));
    assertEquals(0, part[count + 1]);
    var doubles = new double[count];
    Codec.decode(dtype, bytes, from, doubles, 0, count);
    for (int i = 0; i < count; i++) {
      assertEquals(whole[from + i], (float) doubles[i]);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyBitPatternSurvivesARoundTrip(DType dtype) {
    var all = ByteBuffer.allocate(2 * 65536).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 65536; bits++) {
      all.putShort(2 * bits, (short) bits);
    }
    var values = new float[65536];
    Codec.decode(dtype, MemorySegment.ofBuffer(all), 0, values, 0, 65536);
    var back = new byte[2 * 65536];
    Codec.encode(dtype, values, 0, 65536, MemorySegment.ofArray(back), 0);
    var result = new float[65536];
    Codec.decode(dtype, MemorySegment.ofArray(back), 0, result, 0, 65536);
    for (int bits = 0; bits < 65536; bits++) {
      assertEquals(Float.isNaN(values[bits]), Float.isNaN(result[bits]));
      if (!Float.isNaN(values[bits])) {
        assertEquals(Float.floatToRawIntBits(values[bits]), Float.floatToRawIntBits(result[bits]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void roundsDoublesOnceToNearestEven(DType dtype) {
    var random = new Random(1);
    for (int i = 0; i < 200_000; i++) {
      double low = Codec.round(dtype, random.nextGaussian() * Math.pow(2, random.nextInt(40) - 26));
      double high = next(dtype, low);
      double middle = low + (high - low) / 2;
      double even = isEven(dtype, low) ? low : high;
      assertEquals(even, Codec.round(dtype, middle));
      assertEquals(low, Codec.round(dtype, Math.nextAfter(middle, low)));
      assertEquals(high, Codec.round(dtype, Math.nextAfter(middle, high)));
    }
  }

  @Test
  void extremesStayWhatTheyAre() {
    for (var dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
      assertTrue(Double.isNaN(Codec.round(dtype, Double.NaN)));
      assertEquals(Double.POSITIVE_INFINITY, Codec.round(dtype, 1e300));
      assertEquals(Double.NEGATIVE_INFINITY, Codec.round(dtype, Double.NEGATIVE_INFINITY));
      assertEquals(-0.0, Codec.round(dtype, -1e-300));
    }
    float hiddenPayload = Float.intBitsToFloat(0x7F800001);
    assertTrue(Float.isNaN(Codec.bfloat16ToFloat(Codec.floatToBfloat16(hiddenPayload))));
  }

  @Test
  void refusesToEncodeWhatItCannot() {
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(34);
      var error = assertThrows(IllegalArgumentException.class,
          () -> Codec.encode(DType.Q8_0, new float[32], 0, 32, bytes, 0));
      assertTrue(error.getMessage().contains("Q8_0"), error.getMessage());
      assertThrows(IllegalArgumentException.class,
          () -> Codec.decode(DType.F32, bytes, 0, new long[1], 0, 1));
      assertThrows(IndexOutOfBoundsException.class,
          () -> Codec.decode(DType.F32, bytes, 8, new float[1], 0, 1));
    }
  }

  private static double next(DType dtype, double value) {
    float f = (float) value;
    int step = dtype == DType.BF16 ? 0x10000 : 0;
    if (step != 0) {
      return Float.intBitsToFloat(Float.floatToRawIntBits(f) + step);
    }
    return Float.float16ToFloat((short) (Float.floatToFloat16(f) + 1));
  }

  private static boolean isEven(DType dtype, double value) {
    float f = (float) value;
    return dtype == DType.BF16
        ? (Float.floatToRawIntBits(f) & 0x10000) == 0 : (Float.floatToFloat16(f) & 1) == 0;
  }

  private static float[] decoded(DType dtype, int n, int... bytes) {
    var content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    var values = new float[n];
    Codec.decode(dtype, MemorySegment.ofArray(content), 0, values, 0, n);
    return values;
  }
}
