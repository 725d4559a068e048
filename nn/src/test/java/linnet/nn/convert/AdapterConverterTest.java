package linnet.nn.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import linnet.nn.Golden;
import linnet.nn.io.Bytes;
import linnet.nn.io.ContentHash;
import linnet.nn.io.GgufFile;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.io.TinyLlama;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import linnet.nn.lora.AdapterFiles;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AdapterConverterTest {
  @TempDir
  Path folder;

  static Stream<String> cases() {
    return Golden.json("gguf/adapters.json").members().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void hasTheTensorsOfLlamaCppsConverter(String name) {
    var expected = Golden.json("gguf/adapters.json").at(name);
    var path = folder.resolve("adapter.gguf");
    int adapted = convert(Golden.path(name + "/adapter"), name, path);
    try (var written = GgufFile.open(path)) {
      var theirs = expected.at("tensors").members();
      assertEquals(theirs.keySet(), Set.copyOf(written.specs().keySet()));
      assertEquals(theirs.size(), 2 * adapted);
      theirs.forEach((tensor, described) -> {
        var ours = written.get(tensor);
        assertEquals(described.at("shape").value(), Json.ints(ours.shape().toArray()), tensor);
        assertEquals(described.at("sha256").asString(), sha256(Bytes.of(ours)), tensor);
      });
      var keys = expected.at("keys");
      var metadata = written.metadata();
      assertEquals("adapter", metadata.text("general.type").orElseThrow());
      for (String key : List.of("general.architecture", "adapter.type")) {
        assertEquals(keys.at(key).asString(), metadata.text(key).orElseThrow());
      }
      assertEquals(keys.at("adapter.lora.alpha").asDouble(),
          metadata.real("adapter.lora.alpha").orElseThrow());
    }
  }

  private int convert(Path adapter, String base, Path path) {
    try (var source = ModelSource.open(Golden.path(base))) {
      return new AdapterConverter(adapter, source, DType.F32).toGguf(path);
    }
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(ContentHash.sha256().digest(bytes)).substring(0, 16);
  }

  /** The factors of a transposed weight are PEFT's own: (rank, in) and (out, rank). */
  @Test
  void gpt2sFactorsStayAsTheyAre() {
    var path = folder.resolve("adapter.gguf");
    convert(Golden.path("families/gpt2/adapter"), "families/gpt2", path);
    try (var written = GgufFile.open(path);
        var stored = SafetensorsFile.open(
            Golden.path("families/gpt2/adapter").resolve(AdapterFiles.WEIGHTS))) {
      String module = "base_model.model.transformer.h.1.attn.c_attn.";
      assertArrayEquals(Bytes.of(stored.get(module + "lora_A.weight")),
          Bytes.of(written.get("blk.1.attn_qkv.weight.lora_a")));
      assertArrayEquals(Bytes.of(stored.get(module + "lora_B.weight")),
          Bytes.of(written.get("blk.1.attn_qkv.weight.lora_b")));
    }
  }

  /** One alpha for all, and ranks of their own: a scale that is another goes into the second factor. */
  @Test
  void scalesThatAreOthersAreMultipliedIn() throws IOException {
    var adapter = changed("qwen3", config -> config.toBuilder()
        .put("alpha_pattern", Json.object().put("v_proj", 10).build()).put("use_rslora", true).build());
    var path = folder.resolve("adapter.gguf");
    convert(adapter, "families/qwen3", path);
    try (var written = GgufFile.open(path);
        var stored = SafetensorsFile.open(adapter.resolve(AdapterFiles.WEIGHTS))) {
      // rank 3, alpha 5: 5/√3 is the scale, so alpha is 3 times that
      assertEquals(5 * Math.sqrt(3), written.metadata().real("adapter.lora.alpha").orElseThrow(), 1e-6);
      String module = "base_model.model.model.layers.0.self_attn.";
      assertArrayEquals(Golden.values(stored.get(module + "q_proj.lora_B.weight")),
          Golden.values(written.get("blk.0.attn_q.weight.lora_b")));
      double[] doubled = Golden.values(stored.get(module + "v_proj.lora_B.weight"));
      double[] found = Golden.values(written.get("blk.0.attn_v.weight.lora_b"));
      for (int i = 0; i < doubled.length; i++) {
        assertEquals(2 * doubled[i], found[i], 1e-6);
      }
    }
  }

  private interface Change {
    Json.Obj of(Json.Obj config);
  }

  private Path changed(String family, Change change) throws IOException {
    var golden = Golden.path("families/" + family + "/adapter");
    var copy = Files.createDirectories(folder.resolve("adapter"));
    if (Files.notExists(copy.resolve(AdapterFiles.WEIGHTS))) {
      Files.copy(golden.resolve(AdapterFiles.WEIGHTS), copy.resolve(AdapterFiles.WEIGHTS));
    }
    var config = JsonCursor.read(golden.resolve(ModelFiles.ADAPTER_CONFIG)).asObject();
    Files.writeString(copy.resolve(ModelFiles.ADAPTER_CONFIG), change.of(config).pretty());
    return copy;
  }

  @ParameterizedTest
  @CsvSource({"use_dora, true", "modules_to_save, '[\"lm_head\"]'", "trainable_token_indices, '[1]'",
      "bias, '\"all\"'", "lora_bias, true", "peft_type, '\"IA3\"'", "init_lora_weights, '\"pissa\"'",
      "layer_replication, '[[0, 1]]'", "alora_invocation_tokens, '[1, 2]'", "use_qalora, true",
      "a_new_option, 3"})
  void refusesByNameWhatGgufCannotCarry(String field, String value) throws IOException {
    var adapter = changed("qwen3", config -> config.toBuilder()
        .put(field, Json.parse(value, "value")).build());
    var error = assertThrows(JsonException.class,
        () -> convert(adapter, "families/qwen3", folder.resolve("x.gguf")));
    assertTrue(error.getMessage().contains(": " + field + ": found "), error.getMessage());
    assertTrue(error.getMessage().contains("merge the adapter into its base model"), error.getMessage());
    assertFalse(Files.exists(folder.resolve("x.gguf")));
  }

  @ParameterizedTest
  @CsvSource({"lm_head.lora_A.weight, lm_head: found an adapter of a head that is the embedding",
      "model.embed_tokens.lora_embedding_A, embed_tokens: found an adapter of an embedding that is the head",
      "model.layers.0.self_attn.q_proj.lora_magnitude_vector, magnitude_vector: found a tensor that a GGUF",
      "model.layers.0.input_layernorm.weight, input_layernorm.weight: found a tensor that a GGUF adapter",
      "model.layers.9.self_attn.q_proj.lora_A.weight, q_proj: found an adapter of a module that the base"})
  void refusesTensorsWithoutAPlace(String name, String message) throws IOException {
    var adapter = changed("qwen3", config -> config);
    SafetensorsWriter.write(adapter.resolve(AdapterFiles.WEIGHTS),
        List.of(OutgoingTensor.of("base_model.model." + name, Shape.of(3, 20), new float[60])), Map.of());
    var error = assertThrows(ModelFormatException.class,
        () -> convert(adapter, "families/qwen3", folder.resolve("x.gguf")));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void refusesShapesOfAnotherBase() throws IOException {
    var adapter = changed("qwen3", config -> config);
    var error = assertThrows(ModelFormatException.class,
        () -> convert(adapter, "families/llama3", folder.resolve("x.gguf")));
    assertTrue(error.getMessage().contains("found shape (16, 3), expected (12, 3) for this base model"), error.getMessage());
  }

  @Test
  void aFactorOfNoModuleIsRefused() throws IOException {
    var adapter = changed("qwen3", config -> config);
    var name = "base_model.model.lora_A.weight";
    SafetensorsWriter.write(adapter.resolve(AdapterFiles.WEIGHTS),
        List.of(OutgoingTensor.of(name, Shape.of(2), new float[2])), Map.of());
    var error = assertThrows(ModelFormatException.class,
        () -> convert(adapter, "families/qwen3", folder.resolve("x.gguf")));
    assertTrue(error.getMessage().contains(name + ": found a tensor that"), error.getMessage());
  }

  /** An embedding's factors are looked up and multiplied: the first one stands transposed. */
  @Test
  void adaptersOfEmbeddingAndHeadWhereTheyAreApart() throws IOException {
    var adapter = changed("phi3", config -> config);
    var tensors = new ArrayList<OutgoingTensor>();
    var counting = new float[3 * 41];
    for (int i = 0; i < counting.length; i++) {
      counting[i] = i;
    }
    String module = "base_model.model.model.embed_tokens.";
    tensors.add(OutgoingTensor.of(module + "lora_embedding_A", Shape.of(3, 41), counting));
    tensors.add(OutgoingTensor.of(module + "lora_embedding_B", Shape.of(24, 3), new float[72]));
    tensors.add(OutgoingTensor.of(module + "base_layer.weight", Shape.of(41, 24), new float[41 * 24]));
    tensors.add(OutgoingTensor.of("base_model.model.lm_head.lora_A.weight", Shape.of(3, 24), new float[72]));
    tensors.add(OutgoingTensor.of("base_model.model.lm_head.lora_B.weight", Shape.of(41, 3), counting));
    SafetensorsWriter.write(adapter.resolve(AdapterFiles.WEIGHTS), tensors, Map.of());
    var path = folder.resolve("adapter.gguf");
    convert(adapter, "families/phi3", path);
    try (var written = GgufFile.open(path)) {
      assertEquals(Set.of("output.weight.lora_a", "output.weight.lora_b", "token_embd.weight.lora_a",
          "token_embd.weight.lora_b"), Set.copyOf(written.specs().keySet()));
      assertEquals(Shape.of(41, 3), written.get("token_embd.weight.lora_a").shape());
      assertEquals(42, Golden.values(written.get("token_embd.weight.lora_a"))[4]);
    }
  }

  /** What PEFT writes of a head with a bias. */
  @Test
  void theCopyOfABaseHeadsBiasIsNotTakenForAnAdapter() throws IOException {
    var adapter = changed("phi", config -> config);
    Shape head;
    try (var base = ModelSource.open(Golden.path("families/phi"))) {
      assertTrue(base.tensors().specs().containsKey("lm_head.bias"));
      head = base.tensors().specs().get("lm_head.weight").shape();
    }
    int out = head.size(0);
    int in = head.size(1);
    String module = "base_model.model.lm_head.";
    SafetensorsWriter.write(adapter.resolve(AdapterFiles.WEIGHTS), List.of(
        OutgoingTensor.of(module + "base_layer.weight", head, new float[out * in]),
        OutgoingTensor.of(module + "base_layer.bias", Shape.of(out), new float[out]),
        OutgoingTensor.of(module + "lora_A.weight", Shape.of(3, in), new float[3 * in]),
        OutgoingTensor.of(module + "lora_B.weight", Shape.of(out, 3), new float[out * 3])), Map.of());
    var path = folder.resolve("adapter.gguf");
    assertEquals(1, convert(adapter, "families/phi", path));
    try (var written = GgufFile.open(path)) {
      assertEquals(Set.of("output.weight.lora_a", "output.weight.lora_b"), written.specs().keySet());
    }
  }

  /** The base may be a GGUF file itself. */
  @Test
  void theBaseMayBeGguf() {
    var base = folder.resolve("base.gguf");
    try (var source = ModelSource.open(Golden.path("families/llama3"))) {
      new ModelConverter(source, DType.BF16).toGguf(base, TinyLlama.TOKENIZER.toMetadata());
    }
    var path = folder.resolve("adapter.gguf");
    var other = folder.resolve("other.gguf");
    convert(Golden.path("families/llama3/adapter"), "families/llama3", path);
    try (var source = ModelSource.open(base)) {
      new AdapterConverter(Golden.path("families/llama3/adapter"), source, DType.F32).toGguf(other);
    }
    try {
      assertEquals(-1, Files.mismatch(path, other));
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }
}
