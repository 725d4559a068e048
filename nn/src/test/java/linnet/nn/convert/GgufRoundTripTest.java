package linnet.nn.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import linnet.nn.Golden;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.io.Bytes;
import linnet.nn.io.GgufModel;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.TinyLlama;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.Checkpoint;
import linnet.nn.model.Models;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each golden family goes to GGUF and back, or is refused for what it has and GGUF has no word for. */
class GgufRoundTripTest {
  private static final Map<String, String> REFUSED = Map.of(
      "llama-dynamic", "the kind of rotary scaling: found Dynamic, expected Unscaled",
      "phi-norms", "self_attn.q_layernorm.weight: found a tensor that GGUF files of the architecture phi2",
      "smollm3", "the rotary embedding of layer 1: found OptionalInt.empty, expected OptionalInt[0]",
      "gpt2-layer-scale", "the scale of the scores of layer 1 (query_pre_attn_scalar, scale_attn_weights,"
          + " scale_attn_by_inverse_layer_idx): found 0.2236068, expected 0.4472136",
      "gemma2", "the scale of the scores of layer 0",
      "gemma3", "the scale of the scores of layer 0");
  /** What the two need to have a place in GGUF: scores scaled by the size of heads. */
  private static final Map<String, Json> MENDED = Map.of("gemma2", Json.of(6), "gemma3", Json.of(6));

  @TempDir
  Path folder;

  static Stream<String> sayable() throws IOException {
    try (var folders = Files.list(Golden.path("families"))) {
      return folders.map(path -> path.getFileName().toString())
          .filter(name -> !REFUSED.containsKey(name) || MENDED.containsKey(name)).sorted().toList().stream();
    }
  }

  static Stream<String> refused() {
    return REFUSED.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatGgufCannotSayIsRefusedByName(String name) {
    try (var source = ModelSource.open(Golden.path("families/" + name))) {
      var error = assertThrows(ModelFormatException.class, () -> new ModelConverter(source, DType.F32)
          .toGguf(folder.resolve("model.gguf"), TinyLlama.TOKENIZER.toMetadata()));
      assertTrue(error.getMessage().contains(REFUSED.get(name)), error.getMessage());
    }
    assertEquals(List.of(), Bytes.names(folder));
  }

  @ParameterizedTest
  @MethodSource("sayable")
  void comesBackAsItWas(String name) throws IOException {
    var original = original(name);
    var gguf = folder.resolve("model.gguf");
    var back = folder.resolve("back");
    try (var source = ModelSource.open(original)) {
      new ModelConverter(source, DType.F32).toGguf(gguf, TinyLlama.TOKENIZER.toMetadata());
    }
    try (var source = ModelSource.open(gguf)) {
      new ModelConverter(source, DType.F32).toFolder(back, 1 << 16, _ -> { });
    }
    try (var before = ModelSource.open(original); var after = ModelSource.open(back);
        var between = ModelSource.open(gguf)) {
      var expected = Checkpoint.of(before);
      for (var stored : List.of(Checkpoint.of(between), Checkpoint.of(after))) {
        assertEquals(expected.specs().keySet(), stored.specs().keySet());
        boolean shifted = name.startsWith("gemma"); // norms have lost what F32 cannot hold beside 1
        for (String key : expected.specs().keySet()) {
          assertArrayEquals(Golden.values(expected.get(key)), Golden.values(stored.get(key)),
              shifted && key.endsWith("norm.weight") ? 1.2e-7 : 0, key);
        }
      }
    }
    assertArrayEquals(tokens(original), tokens(gguf));
    assertArrayEquals(tokens(original), tokens(back));
  }

  private Path original(String name) throws IOException {
    var golden = Golden.path("families/" + name);
    if (!MENDED.containsKey(name)) {
      return golden;
    }
    var mended = Files.createDirectory(folder.resolve("mended"));
    Files.copy(golden.resolve(ModelFiles.WEIGHTS), mended.resolve(ModelFiles.WEIGHTS));
    var config = JsonCursor.read(golden.resolve(ModelFiles.CONFIG)).asObject().toBuilder()
        .put("query_pre_attn_scalar", MENDED.get(name)).build();
    Files.writeString(mended.resolve(ModelFiles.CONFIG), config.pretty());
    return mended;
  }

  private static int[] tokens(Path path) {
    try (var backend = Backends.reference(); var weights = backend.scope("weights");
        var loaded = Models.load(path, weights)) {
      return Generator.generate(loaded.model(), new int[] {4, 17, 30, 9, 22},
          SamplingConfig.greedy(8, Set.of()), id -> { }).ids();
    }
  }

  @ParameterizedTest
  @CsvSource({"mistral, attention window of 5 tokens", "qwen2-sliding, attention window of 4 tokens",
      "phi3, attention window of 6 tokens", "phi3-long, LongRoPE", "gemma2, ''"})
  void whatLlamaCppDoesNotObeyIsSaid(String name, String said) throws IOException {
    try (var source = ModelSource.open(original(name))) {
      var notes = new ModelConverter(source, DType.Q8_0).toGguf(folder.resolve("model.gguf"),
          TinyLlama.TOKENIZER.toMetadata());
      assertEquals(said.isEmpty() ? 0 : 1,
          notes.stream().filter(note -> note.startsWith("llama.cpp")).count());
      assertTrue(notes.stream().anyMatch(note -> note.contains(said)), notes.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"'1, 2, 3', ''", "'1, 2, 3, 4', [3]", "'4, 3, 2, 1, 0', '[3, 2]'"})
  void endsThatHaveNoPlaceAreSaid(String ends, String leftOut) throws IOException {
    var model = Files.createDirectories(folder.resolve("ends"));
    for (var file : List.of("config.json", "model.safetensors")) {
      Files.copy(Golden.path("families/phi").resolve(file), model.resolve(file));
    }
    var config = JsonCursor.read(model.resolve("config.json")).asObject();
    Files.writeString(model.resolve("config.json"), config.toBuilder()
        .put("eos_token_id", Json.parse("[" + ends + "]", "ends")).build().pretty());
    try (var source = ModelSource.open(model)) {
      var notes = new ModelConverter(source, DType.BF16).toGguf(folder.resolve("model.gguf"),
          TinyLlama.TOKENIZER.toMetadata());
      assertEquals(leftOut.isEmpty() ? 0 : 1, notes.size(), notes.toString());
      assertTrue(notes.stream().allMatch(note -> note.contains("does not name " + leftOut + ",")),
          notes.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"Q8_0, 7, Q8_0, Q8_0", "Q4_0, 2, Q8_0, Q4_0", "F16, 1, F16, F16", "BF16, 32, BF16, BF16",
      "F32, 0, F32, F32"})
  void everyTensorGetsItsType(DType dtype, int fileType, DType embedding, DType projection) {
    var gguf = folder.resolve("model.gguf");
    try (var source = ModelSource.open(Golden.path("families/phi"))) {
      new ModelConverter(source, dtype).toGguf(gguf, TinyLlama.TOKENIZER.toMetadata());
    }
    try (var written = GgufModel.open(gguf)) {
      var specs = written.file().specs();
      assertEquals(fileType, written.file().metadata().integer("general.file_type").orElseThrow());
      assertEquals(embedding, specs.get("token_embd.weight").dtype());
      assertEquals(embedding, specs.get("output.weight").dtype());
      assertEquals(projection, specs.get("blk.0.attn_q.weight").dtype());
      assertEquals(DType.F32, specs.get("blk.0.attn_q.bias").dtype());
      assertEquals(DType.F32, specs.get("blk.0.attn_norm.weight").dtype());
      // rows of 22 fill no blocks
      assertEquals(dtype.isQuantized() ? DType.F16 : dtype, specs.get("blk.0.ffn_down.weight").dtype());
    }
  }
}
