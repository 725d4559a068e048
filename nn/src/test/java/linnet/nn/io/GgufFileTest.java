package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import linnet.nn.Golden;
import linnet.nn.json.JsonCursor;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads {@code python.gguf}, which the Python package gguf wrote, and damaged copies of small files. */
class GgufFileTest {
  @TempDir
  Path folder;

  @Test
  void readsEveryKindOfMetadata() {
    try (var file = GgufFile.open(Golden.resource("/linnet/nn/io/python.gguf"))) {
      var metadata = file.metadata();
      assertEquals(OptionalLong.of(200), metadata.integer("u8"));
      assertEquals(OptionalLong.of(-100), metadata.integer("i8"));
      assertEquals(OptionalLong.of(60000), metadata.integer("u16"));
      assertEquals(OptionalLong.of(-30000), metadata.integer("i16"));
      assertEquals(OptionalLong.of(4_000_000_000L), metadata.integer("u32"));
      assertEquals(OptionalLong.of(-2_000_000_000L), metadata.integer("i32"));
      assertEquals(OptionalLong.of(-1), metadata.integer("u64"));
      assertEquals(OptionalLong.of(Long.MIN_VALUE), metadata.integer("i64"));
      assertEquals((double) 1e-5f, metadata.real("f32").getAsDouble());
      assertEquals(0.1, metadata.real("f64").getAsDouble());
      assertEquals(Optional.of(true), metadata.bool("yes"));
      assertEquals(Optional.of(false), metadata.bool("no"));
      assertEquals(Optional.of("naïve 😀\n"), metadata.text("text"));
      assertEquals(Optional.of(List.of("a", "", "Ġthe", "字")), metadata.texts("texts"));
      assertArrayEquals(new long[] {1, -2, 3}, metadata.integers("ints").orElseThrow());
      assertArrayEquals(new double[] {0.5, -1.25}, metadata.reals("floats").orElseThrow());
      assertEquals(2, ((GgufValue.Array) metadata.values().get("nested")).count());
      assertEquals(OptionalLong.empty(), metadata.integer("absent"));
    }
  }

  @Test
  void decodesEveryTensorTypeToTheBit() {
    var expected = JsonCursor.read(Golden.resource("/linnet/nn/io/python-gguf.json"));
    try (var file = GgufFile.open(Golden.resource("/linnet/nn/io/python.gguf"))) {
      assertEquals(6, expected.members().size());
      expected.members().forEach((name, bits) -> {
        var tensor = file.get(name);
        assertEquals(Shape.of(3, 64), tensor.shape());
        var values = new float[192];
        Codec.decode(tensor.dtype(), tensor.bytes(), 0, values, 0, 192);
        for (int i = 0; i < 192; i++) {
          assertEquals(bits.at(i).asString(), "%08x".formatted(Float.floatToRawIntBits(values[i])), name);
        }
      });
      assertEquals(new TensorSpec("ids", DType.I32, Shape.of(2, 2)), file.get("ids").spec());
      assertEquals(new TensorSpec("wide", DType.F64, Shape.of(1)), file.get("wide").spec());
      assertEquals(new TensorSpec("long", DType.I64, Shape.of(2)), file.get("long").spec());
    }
  }

  @Test
  void namesTheKeyOfAWrongKind() {
    try (var file = GgufFile.open(Golden.resource("/linnet/nn/io/python.gguf"))) {
      var metadata = file.metadata();
      fails("u8: found 200, expected a string", () -> metadata.text("u8"));
      fails("text: found a string, expected an integer", () -> metadata.integer("text"));
      fails("texts: found an array of 4 STRING, expected an array of integers",
          () -> metadata.integers("texts"));
      fails("f64: found 0.1, expected true or false", () -> metadata.bool("f64"));
      fails("yes: found true, expected a number", () -> metadata.real("yes"));
      fails("i8: found -100, expected 1 to 2147483647", () -> metadata.size("i8"));
      fails("absent: found no such key among ", () -> metadata.size("absent"));
    }
  }

  @Test
  void refusesUnsoundHeaders() throws IOException {
    refuses(0, 0x46554758, "magic: found 0x46554758, expected the letters GGUF");
    refuses(4, 1, "version: found 1, expected version 2 or 3, little-endian");
    refuses(4, 0x03000000, "version: found a big-endian file");
    refuses(12, 1 << 30, "number of tensors: found 4611686018427387905, expected at most");
    refuses(20, -1, "number of metadata values: found 18446744069414584321, expected at most");
    refuses(24, 1 << 20, "key 0: found 1048576, expected at most");
    refuses(33, 99, "a: found the value type 99, expected 0 to 12");
    refuses(33, 7, "a: found the byte 5, expected 0 or 1");
  }

  @Test
  void refusesUnsoundTensors() throws IOException {
    int tensor = 41; // after magic, version, two counts, and the value a = 5 of type UINT32
    refuses(tensor + 9, 5, "t: found 5 dimensions, expected at most 4");
    refuses(tensor + 13, 33, "t: found rows of 33 elements, expected a multiple of 32 for Q8_0");
    refuses(tensor + 17, 1, "t: found the shape [4294967328], expected sizes from 0 to 2147483647");
    refuses(tensor + 21, 16, "t: found the tensor type IQ2_XXS, expected one of F32, F16, Q4_0, Q4_1, Q5_0");
    refuses(tensor + 21, 12, "t: found rows of 32 elements, expected a multiple of 256 for Q4_K");
    refuses(tensor + 21, 77, "t: found the tensor type number 77, expected one of");
    refuses(tensor + 25, 3, "t: found the offset 3, expected a multiple of the alignment 32");
    refuses(tensor + 25, 64, "t: found 34 bytes at offset 64 of the data, expected them within its 64 bytes");
  }

  @Test
  void refusesWhatStandsTwiceAndWhatOverlaps() throws IOException {
    var file = folder.resolve("two.gguf");
    GgufWriter.write(file, new GgufMetadata("test", new LinkedHashMap<>()),
        List.of(Bytes.counting("t", DType.Q8_0, 0, 32), Bytes.counting("u", DType.Q8_0, 0, 32)));
    var bytes = Files.readAllBytes(file);
    int second = 24 + 33; // after the counts and the first tensor
    var sameName = bytes.clone();
    sameName[second + 8] = 't';
    fails("t: found the tensor a second time", opening(sameName));
    fails("u: found data from byte", opening(with(bytes, second + 25, 0)));
    var keys = new LinkedHashMap<String, GgufValue>();
    keys.put("a", new GgufValue.Bool(true));
    keys.put("b", new GgufValue.Bool(true));
    GgufWriter.write(file, new GgufMetadata("test", keys), List.of());
    var sameKey = Files.readAllBytes(file);
    sameKey[24 + 14 + 8] = 'a';
    fails("a: found the key a second time", opening(sameKey));
  }

  /** One value of metadata, a = 5, and one tensor, t, of 32 elements in Q8_0. */
  private Path valid() {
    var values = new LinkedHashMap<String, GgufValue>();
    values.put("a", GgufValue.uint32(5));
    var file = folder.resolve("valid.gguf");
    GgufWriter.write(file, new GgufMetadata("test", values), List.of(Bytes.counting("t", DType.Q8_0, 0, 32)));
    return file;
  }

  private void refuses(int at, int value, String message) throws IOException {
    fails(message, opening(with(Files.readAllBytes(valid()), at, value)));
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    return ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value).array();
  }

  private Runnable opening(byte[] bytes) throws IOException {
    var file = Files.write(folder.resolve("damaged.gguf"), bytes);
    return () -> GgufFile.open(file);
  }

  private static void fails(String message, Runnable action) {
    var error = assertThrows(ModelFormatException.class, action::run);
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }
}
