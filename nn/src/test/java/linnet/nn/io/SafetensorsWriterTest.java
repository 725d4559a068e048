package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import linnet.nn.Golden;
import linnet.nn.json.JsonCursor;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir
  Path folder;

  @Test
  void writesTheBytesOfTheFormatsOwnLibrary() throws IOException {
    var copy = folder.resolve("copy.safetensors");
    try (var golden = SafetensorsFile.open(Golden.path("models/llama/model.safetensors"))) {
      var names = new ArrayList<>(golden.specs().sequencedKeySet());
      Collections.shuffle(names, new Random(3));
      var tensors = names.stream().map(golden::get).map(OutgoingTensor::of).toList();
      SafetensorsWriter.write(copy, tensors, golden.annotations());
    }
    assertEquals(-1, Files.mismatch(Golden.path("models/llama/model.safetensors"), copy));
  }

  @Test
  void sortsByTypeThenNameAndPads() throws IOException {
    var file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, List.of(
        Bytes.counting("u", DType.U8, 1, 3), Bytes.counting("b", DType.F32, 2, 2),
        Bytes.counting("h", DType.F16, 3, 1), Bytes.counting("a", DType.F32, 4, 1),
        Bytes.counting("l", DType.I64, 5)), Map.of());
    try (var written = SafetensorsFile.open(file)) {
      assertEquals(List.of("l", "a", "b", "h", "u"), List.copyOf(written.specs().keySet()));
      assertArrayEquals(new byte[] {1, 2, 3}, Bytes.of(written.get("u")));
      assertArrayEquals(new byte[] {5, 6, 7, 8, 9, 10, 11, 12}, Bytes.of(written.get("l")));
    }
    assertEquals(0, (Files.size(file) - 8 - 8 - 12 - 2 - 3) % 8);
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    var file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, List.of(Bytes.counting("a", DType.U8, 1, 3)), Map.of());
    var before = Files.readAllBytes(file);
    var full = new OutgoingTensor(new TensorSpec("b", DType.U8, Shape.of(100)), sink -> {
      sink.write(MemorySegment.ofArray(new byte[50]));
      throw new IOException("No space left on device");
    });
    var error = assertThrows(UncheckedIOException.class,
        () -> SafetensorsWriter.write(file, List.of(full), Map.of()));
    assertEquals(file + ": cannot be written: No space left on device", error.getMessage());
    assertArrayEquals(before, Files.readAllBytes(file));
    assertEquals(List.of("a.safetensors"), Bytes.names(folder));
  }

  @Test
  void refusesDataOfAnotherSizeThanPromised() {
    var file = folder.resolve("a.safetensors");
    var tooShort = new OutgoingTensor(new TensorSpec("b", DType.U8, Shape.of(100)), sink -> {
      sink.write(MemorySegment.ofArray(new byte[50]));
    });
    var error = assertThrows(IllegalStateException.class,
        () -> SafetensorsWriter.write(file, List.of(tooShort), Map.of()));
    assertEquals("b: wrote 50 bytes, expected 100 for U8 (100)", error.getMessage());
    assertEquals(List.of(), Bytes.names(folder));
  }

  @Test
  void refusesOneNameTwiceAndBlockTypes() {
    var file = folder.resolve("a.safetensors");
    var a = Bytes.counting("a", DType.U8, 1, 3);
    assertThrows(IllegalArgumentException.class,
        () -> SafetensorsWriter.write(file, List.of(a, a), Map.of()));
    var blocks = Bytes.counting("q", DType.Q8_0, 0, 32);
    var error = assertThrows(IllegalArgumentException.class,
        () -> SafetensorsWriter.write(file, List.of(blocks), Map.of()));
    assertTrue(error.getMessage().contains("q: safetensors holds no Q8_0"), error.getMessage());
    assertEquals(List.of(), Bytes.names(folder));
  }

  @Test
  void splitsIntoShardsThatReadAsOneStore() {
    var tensors = List.of(Bytes.counting("a", DType.U8, 1, 60), Bytes.counting("b", DType.U8, 2, 50),
        Bytes.counting("c", DType.U8, 3, 40), Bytes.counting("d", DType.U8, 4, 200));
    SafetensorsShardWriter.write(folder, tensors, 100, Map.of());
    assertEquals(List.of("model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors",
        "model-00003-of-00003.safetensors", "model.safetensors.index.json"), Bytes.names(folder));
    var index = folder.resolve(ModelFiles.INDEX);
    assertEquals(350, JsonCursor.read(index).at("metadata").at("total_size").asInt());
    try (var store = SafetensorsShards.open(index)) {
      assertEquals(List.of("a", "b", "c", "d"), List.copyOf(store.specs().keySet()));
      for (var tensor : tensors) {
        assertEquals(tensor.spec(), store.get(tensor.spec().name()).spec());
      }
      assertEquals(4, Bytes.of(store.get("d"))[0]);
    }
  }

  @Test
  void saysWhichShardIsMissingOrWrong() throws IOException {
    SafetensorsShardWriter.write(folder, List.of(
        Bytes.counting("a", DType.U8, 1, 60), Bytes.counting("b", DType.U8, 2, 60)), 100, Map.of());
    var index = folder.resolve(ModelFiles.INDEX);
    fails(index, "{\"weight_map\": {\"x\": \"model-00001-of-00002.safetensors\"}}",
        "x: found no such tensor in model-00001-of-00002.safetensors");
    fails(index, "{\"weight_map\": {\"a\": \"model-9.safetensors\"}}",
        "weight_map.a: found no file model-9.safetensors beside the index");
    fails(index, "{\"weight_map\": {\"a\": \"../a\"}}", "expected the name of a file beside the index");
    fails(index, "{\"weight_map\": {\"a\": \"\\u0000\"}}", "expected the name of a file beside the index");
    fails(index, "{\"weight_map\": {\"a\": \"\\ud800\"}}", "expected the name of a file beside the index");
    fails(index, "{\"weight_map\": {\"a\": 3}}", "weight_map.a: found 3, expected a string");
    fails(index, "{}", "found no \"weight_map\"");
  }

  private static void fails(Path index, String text, String message) throws IOException {
    Files.writeString(index, text);
    var error = assertThrows(ModelFormatException.class, () -> SafetensorsShards.open(index));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }
}
