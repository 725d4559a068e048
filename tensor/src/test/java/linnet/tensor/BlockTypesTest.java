package linnet.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Block types decode to the very bits of the peers that define them: ggml's through the {@code gguf} package,
 * NF4 and INT8 through bitsandbytes ({@code src/test/python/blocks.py}).
 */
class BlockTypesTest {
  /** Another folder made by {@code blocks.py}, with more blocks. */
  private static final Path FOLDER =
      Path.of(System.getProperty("linnet.test.blocks", "src/test/resources/golden/blocks"));
  private static final int FUZZED = Integer.getInteger("linnet.test.fuzzed", 2_000);

  static Stream<DType> types() {
    return RandomBlocks.types().stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void decodesToTheBitsOfThePeers(DType dtype) {
    var bytes = MemorySegment.ofArray(read(dtype + ".blocks"));
    var expected = ByteBuffer.wrap(read(dtype + ".values")).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    int n = expected.limit();
    assertEquals(dtype.bytes(n), bytes.byteSize());
    var actual = new float[n];
    Codec.decode(dtype, bytes, 0, actual, 0, n);
    for (int i = 0; i < n; i++) {
      assertEquals(Float.floatToRawIntBits(expected.get(i)), Float.floatToRawIntBits(actual[i]),
          dtype + ", element " + i + " of block " + i / dtype.elementsPerBlock());
    }
  }

  /** Whatever the bytes: values, all finite where the scales are; beyond the end, the documented error. */
  @ParameterizedTest
  @MethodSource("types")
  void anyBytesDecodeOrAreRefused(DType dtype) {
    var random = new Random(dtype.ordinal());
    for (int i = 0; i < (dtype == DType.NF4 ? FUZZED / 20 : FUZZED); i++) {
      var content = new byte[random.nextInt(2 * dtype.bytesPerBlock() + 1)];
      random.nextBytes(content);
      var bytes = MemorySegment.ofArray(content);
      int whole = content.length / dtype.bytesPerBlock();
      int elements = whole * dtype.elementsPerBlock();
      int from = random.nextInt(elements + 1);
      var out = new float[Math.min(64, elements - from)];
      Codec.decode(dtype, bytes, from, out, 0, out.length);
      boolean finite = true;
      for (int block = 0; block < whole; block++) {
        finite &= Codec.hasFiniteScales(dtype, bytes, (long) block * dtype.bytesPerBlock());
      }
      for (float value : out) {
        assertTrue(!finite || Float.isFinite(value), dtype + " " + value);
      }
      var room = new float[dtype.elementsPerBlock()];
      assertThrows(IndexOutOfBoundsException.class,
          () -> Codec.decode(dtype, bytes, elements, room, 0, room.length));
    }
  }

  @Test
  void onlyBlocksOfNormalFloatsMayBeFilledInPart() {
    assertEquals(8 + 33, DType.NF4.bytes(64));
    assertEquals(8 + 2 * 33, DType.NF4.bytes(65));
    assertEquals(NormalFloat.BYTES, DType.NF4.bytes(NormalFloat.ELEMENTS));
    assertEquals(NormalFloat.BYTES + 8 + 33, DType.NF4.bytes(NormalFloat.ELEMENTS + 1));
    assertTrue(assertThrows(IllegalArgumentException.class, () -> DType.Q4_K.bytes(128)).getMessage()
        .contains("blocks of 256"));
    assertThrows(IllegalArgumentException.class, () -> DType.NF4.offset(64));
  }

  private static byte[] read(String name) {
    try {
      return Files.readAllBytes(FOLDER.resolve(name));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
