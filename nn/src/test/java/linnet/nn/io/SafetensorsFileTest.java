package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import linnet.nn.Golden;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  @TempDir
  Path folder;

  @Test
  void readsAPublishedLayout() {
    try (var file = SafetensorsFile.open(Golden.path("models/llama/model.safetensors"))) {
      assertEquals("pt", file.annotations().get("format"));
      assertEquals(21, file.specs().size());
      var norm = file.get("model.norm.weight");
      assertEquals(new TensorSpec("model.norm.weight", DType.F32, Shape.of(48)), norm.spec());
      var values = new float[48];
      Codec.decode(DType.F32, norm.bytes(), 0, values, 0, 48);
      for (float value : values) {
        assertTrue(Math.abs(value - 1) < 1, "a norm's weight lies near 1, found " + value);
      }
    }
  }

  @Test
  void givesScalarsEmptyTensorsAndUnalignedData() throws IOException {
    // The header is 5 bytes longer than a multiple of 8, so that no F32 lies at an aligned address.
    String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[4,4]},"
        + "\"c\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[4,6]}}";
    header += " ".repeat(13 - header.length() % 8);
    var bytes = Bytes.safetensors(header, 6);
    System.arraycopy(Bytes.littleEndian(1.5f), 0, bytes, bytes.length - 6, 4);
    try (var file = SafetensorsFile.open(Files.write(folder.resolve("odd"), bytes))) {
      var a = file.get("a");
      assertEquals(0, a.bytes().address() % 4);
      assertArrayEquals(Bytes.littleEndian(1.5f), Bytes.of(a));
      assertEquals(Shape.of(), a.shape());
      assertEquals(0, file.get("b").bytes().byteSize());
      assertEquals(DType.U8, file.get("c").dtype());
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 4 "
          + "| `a: found 4 bytes of data, expected 8 for F32 (2)`",
      "{\"a\":{\"dtype\":\"Q9\",\"shape\":[2],\"data_offsets\":[0,8]}} | 8 "
          + "| `a: found the element type Q9, expected one of BOOL, U8, F16, BF16, I32, F32, F64, I64`",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 4 "
          + "| `a: found data_offsets [0, 8], expected 0 ≤ begin ≤ end ≤ 4`",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | 4 | `a: found data_offsets [4, 0]`",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | 4 | `a: found the shape [-1]`",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296],\"data_offsets\":[0,4]}} | 4 | `a: found the shape`",
      "{\"a\":{\"dtype\":\"F64\",\"shape\":[2147483647,2147483647,4],\"data_offsets\":[0,4]}} | 4 "
          + "| `expected a tensor of less than 2^63 bytes`",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
          + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}} | 6 | `b: found data from byte`",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
          + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[6,10]}} | 10 "
          + "| `right after the tensor before`",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}} | 5 "
          + "| `found 1 bytes that belong to no tensor`",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
          + "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}} | 0 "
          + "| `found the name \"a\" a second time`",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0,0]}} | 0 "
          + "| `a.data_offsets: found an array of 3 elements, expected the two numbers [begin, end]`",
      "{\"a\":{\"shape\":[0],\"data_offsets\":[0,0]}} | 0 | `a: found no \"dtype\" among`",
      "{\"__metadata__\":{\"x\":1}} | 0 | `__metadata__.x: found 1, expected a string`",
      "[] | 0 | `header: found '[' at its start, expected '{'`",
      "{\"a\" | 0 | `header:1:5: found the end of the text, expected ':'`"})
  void refusesUnsoundHeaders(String header, int dataBytes, String message) throws IOException {
    var path = Files.write(folder.resolve("bad.safetensors"), Bytes.safetensors(header, dataBytes));
    var error = assertThrows(ModelFormatException.class, () -> SafetensorsFile.open(path));
    assertTrue(error.getMessage().startsWith(path + ": "), error.getMessage());
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void refusesFilesThatAreNone() throws IOException {
    var empty = Files.createFile(folder.resolve("empty"));
    assertThrows(ModelFormatException.class, () -> SafetensorsFile.open(empty));
    var huge = Files.write(folder.resolve("huge"), new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, '{', '}'});
    var error = assertThrows(ModelFormatException.class, () -> SafetensorsFile.open(huge));
    assertTrue(error.getMessage().contains("header length: found 9223372036854775807"), error.getMessage());
    assertThrows(ModelFormatException.class, () -> SafetensorsFile.open(folder));
    var missing = assertThrows(UncheckedIOException.class, () -> SafetensorsFile.open(folder.resolve("no")));
    assertEquals(folder.resolve("no") + ": there is no such file", missing.getMessage());
  }

  @Test
  void namesAMissingTensorAndEndsWithItsMemory() {
    var file = SafetensorsFile.open(Golden.path("models/llama/model.safetensors"));
    var error = assertThrows(ModelFormatException.class, () -> file.get("model.norm"));
    assertTrue(error.getMessage().endsWith("model.norm: found no tensor of that name among 21"),
        error.getMessage());
    var bytes = file.get("model.norm.weight").bytes();
    file.close();
    assertThrows(IllegalStateException.class, () -> bytes.asByteBuffer().get(0));
    assertEquals(List.of(), List.copyOf(Bytes.names(folder)));
  }
}
