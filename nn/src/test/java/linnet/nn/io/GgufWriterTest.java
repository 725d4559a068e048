package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.nn.Golden;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufWriterTest {
  @TempDir
  Path folder;

  @Test
  void copiesAFileOfAnotherWriterByteForByte() throws IOException {
    var original = Golden.resource("/linnet/nn/io/python.gguf");
    var copy = folder.resolve("copy.gguf");
    try (var file = GgufFile.open(original)) {
      var tensors = file.specs().keySet().stream().map(file::get).map(OutgoingTensor::of).toList();
      GgufWriter.write(copy, file.metadata(), tensors);
    }
    assertEquals(-1, Files.mismatch(original, copy));
  }

  @Test
  void obeysTheAlignment() throws IOException {
    var values = new LinkedHashMap<String, GgufValue>(Map.of("general.alignment", GgufValue.uint32(64)));
    var file = folder.resolve("a.gguf");
    GgufWriter.write(file, new GgufMetadata("test", values),
        List.of(Bytes.counting("a", DType.F32, 1, 3), Bytes.counting("b", DType.F16, 2, 1)));
    assertEquals(0, Files.size(file) % 64);
    try (var written = GgufFile.open(file)) {
      assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, Bytes.of(written.get("a")));
      assertArrayEquals(new byte[] {2, 3}, Bytes.of(written.get("b")));
    }
    values.put("general.alignment", GgufValue.uint32(12));
    assertThrows(ModelFormatException.class,
        () -> GgufWriter.write(file, new GgufMetadata("test", values), List.of()));
  }

  @Test
  void readsBackTheTokenizer() {
    var tokenizer = new GgufTokenizer("gpt2", Optional.of("smollm"), List.of("<s>", "a", "Ġb", "字"),
        List.of(3, 1, 1, 4), List.of("a b", "Ġ b"), OptionalInt.of(0), OptionalInt.of(1), OptionalInt.empty(),
        OptionalInt.of(3), Optional.of(false), Optional.empty(), Optional.of(true));
    var file = folder.resolve("a.gguf");
    GgufWriter.write(file, new GgufMetadata("test", tokenizer.toMetadata()), List.of());
    try (var written = GgufFile.open(file)) {
      assertEquals(Optional.of(tokenizer), GgufTokenizer.read(written.metadata()));
    }
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    var file = Files.writeString(folder.resolve("a.gguf"), "old");
    var full = new OutgoingTensor(new TensorSpec("t", DType.F32, Shape.of(8)), _ -> {
      throw new IOException("No space left on device");
    });
    var nothing = new GgufMetadata("test", new LinkedHashMap<>());
    assertThrows(UncheckedIOException.class, () -> GgufWriter.write(file, nothing, List.of(full)));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("a.gguf"), Bytes.names(folder));
  }

  @Test
  void refusesOneNameTwiceAndBytes() {
    var file = folder.resolve("a.gguf");
    var nothing = new GgufMetadata("test", new LinkedHashMap<>());
    var t = Bytes.counting("t", DType.F32, 0, 8);
    assertThrows(IllegalArgumentException.class, () -> GgufWriter.write(file, nothing, List.of(t, t)));
    var u = Bytes.counting("u", DType.U8, 0, 8);
    assertThrows(IllegalArgumentException.class, () -> GgufWriter.write(file, nothing, List.of(u)));
  }
}
