package linnet.nn.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import linnet.nn.Golden;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.Bytes;
import linnet.nn.io.GgufFile;
import linnet.nn.io.GgufMetadata;
import linnet.nn.io.GgufModel;
import linnet.nn.io.GgufTokenizer;
import linnet.nn.io.GgufValue;
import linnet.nn.io.GgufWriter;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.Recoding;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsShardWriter;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.io.StoredTensor;
import linnet.nn.io.TinyLlama;
import linnet.nn.json.Json;
import linnet.nn.json.JsonException;
import linnet.nn.lora.MergeRecord;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConverterTest {
  private static final long SHARD = SafetensorsShardWriter.DEFAULT_SHARD_BYTES;
  /** Of the golden model's embedding. */
  private static final int ROWS = 131;

  @TempDir
  Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "config.legacy.json"})
  void aFolderComesBackFromGgufToTheBit(String config) throws IOException {
    var original = golden(config);
    var gguf = folder.resolve("model.gguf");
    var back = folder.resolve("back");
    try (var model = ModelSource.open(original)) {
      new ModelConverter(model, DType.F32).toGguf(gguf, TinyLlama.TOKENIZER.toMetadata());
    }
    try (var model = ModelSource.open(gguf)) {
      new ModelConverter(model, DType.F32).toFolder(back, SHARD, _ -> { });
      assertEquals(OptionalLong.of(0), ((GgufModel) model).file().metadata().integer("general.file_type"));
      assertEquals(Optional.of(TinyLlama.TOKENIZER.withRows(ROWS)), ((GgufModel) model).tokenizer());
    }
    assertEquals(-1, Files.mismatch(original.resolve(ModelFiles.WEIGHTS), back.resolve(ModelFiles.WEIGHTS)));
    try (var before = ModelSource.open(original); var after = ModelSource.open(back)) {
      var known = before.config().asObject();
      for (String key : List.of("hidden_size", "head_dim", "num_key_value_heads", "rms_norm_eps",
          "vocab_size", "max_position_embeddings", "tie_word_embeddings", "architectures", "bos_token_id")) {
        assertEquals(key.equals("bos_token_id") ? Optional.of(Json.of(0)) : known.get(key),
            after.config().asObject().get(key), key);
      }
      assertEquals("float32", after.config().at("torch_dtype").asString());
    }
  }

  @Test
  void theTokenizerGetsATokenForEachRowOfTheEmbedding() throws IOException {
    var tokenizer = TinyLlama.TOKENIZER;
    var tokens = converted(tokenizer).tokens();
    assertEquals(ROWS, tokens.size());
    assertEquals(tokenizer.tokens(), tokens.subList(0, tokenizer.tokens().size()));
    assertEquals("[PAD130]", tokens.getLast());

    var scored = new GgufTokenizer("llama", Optional.empty(), List.of("<s>", "a"), List.of(3, 1),
        List.of(0f, -1f), List.of(), OptionalInt.of(0), OptionalInt.empty(), OptionalInt.empty(),
        OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty()).withRows(3);
    assertEquals(List.of(3, 1, 5), scored.kinds());
    assertEquals(List.of(0f, -1f, -10_000f), scored.scores());
  }

  @Test
  void tokensThatOnlyStandForRowsAreTakenOffAgain() {
    assertEquals(TinyLlama.TOKENIZER, TinyLlama.TOKENIZER.withRows(ROWS).withoutUnusedRows());
    var named = small(List.of("a b"), OptionalInt.empty(), false).withRows(7);
    assertEquals(named.tokens().subList(0, 4), named.withoutUnusedRows().tokens());
    var padding = new GgufTokenizer(named.model(), named.pre(), named.tokens(), named.kinds(), named.merges(),
        named.bos(), named.eos(), named.unknown(), OptionalInt.of(5), named.addBos(), named.addEos(),
        named.addSpacePrefix());
    assertEquals(6, padding.withoutUnusedRows().tokens().size());
  }

  @Test
  void addedTokensWithoutARowAreLeftOutAndOthersRefused() throws IOException {
    assertEquals(ROWS, converted(tokens(ROWS + 1, 3)).tokens().size());
    var error = assertThrows(ModelFormatException.class, () -> converted(tokens(ROWS + 1, 1)));
    assertTrue(error.getMessage().endsWith("vocab_size: found 131, expected a row of the embedding for each"
        + " token that the tokenizer may give, and there is one with the id 131; resize the embedding, or remove the"
        + " token from the tokenizer"), error.getMessage());
  }

  @Test
  void whatALeftOutTokenWasForIsLeftOutToo() {
    var padding = small(List.of("a b"), OptionalInt.of(3), false).withRows(3);
    assertEquals(OptionalInt.empty(), padding.padding());
    assertEquals(OptionalInt.empty(), padding.bos());
    assertEquals(OptionalInt.of(3), small(List.of("a b"), OptionalInt.of(3), true).withRows(4).bos());
    assertThrows(IllegalArgumentException.class,
        () -> small(List.of("a b"), OptionalInt.of(3), true).withRows(3));
    assertThrows(IllegalArgumentException.class,
        () -> small(List.of("a b", "ab a"), OptionalInt.empty(), false).withRows(3));
    assertEquals(3, small(List.of("no_space"), OptionalInt.empty(), false).withRows(3).tokens().size());
  }

  private static GgufTokenizer small(List<String> merges, OptionalInt bos, boolean addBos) {
    return new GgufTokenizer("gpt2", Optional.of("smollm"), List.of("a", "b", "ab", "aba"), List.of(1, 1, 1, 3),
        merges, bos, OptionalInt.of(2), OptionalInt.of(0), bos, Optional.of(addBos), Optional.empty(),
        Optional.empty());
  }

  @Test
  void aFileThatLacksTokensGetsThemWhenItIsConverted() throws IOException {
    var file = folder.resolve("whole.gguf");
    var tokenizer = converted(TinyLlama.TOKENIZER);
    var lacking = folder.resolve("lacking.gguf");
    try (var whole = GgufFile.open(folder.resolve("converted.gguf"))) {
      var values = new LinkedHashMap<>(whole.metadata().values());
      values.putAll(TinyLlama.TOKENIZER.toMetadata());
      GgufWriter.write(lacking, new GgufMetadata("lacking", values), whole.specs().values().stream()
          .map(spec -> new OutgoingTensor(spec,
              sink -> new Recoding(whole.get(spec.name()), spec.dtype()).writeTo(sink)))
          .toList());
    }
    try (var model = ModelSource.open(lacking)) {
      new ModelConverter(model, DType.F16).toGguf(file, TinyLlama.TOKENIZER.toMetadata());
    }
    try (var model = ModelSource.open(file)) {
      assertEquals(Optional.of(tokenizer), ((GgufModel) model).tokenizer());
    }
  }

  private static GgufTokenizer tokens(int count, int kindOfLast) {
    var names = IntStream.range(0, count).mapToObj(id -> "t" + id).toList();
    var kinds = IntStream.range(0, count).mapToObj(id -> id == count - 1 ? kindOfLast : 1).toList();
    return new GgufTokenizer("gpt2", Optional.of("smollm"), names, kinds, List.of(), OptionalInt.empty(),
        OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(),
        Optional.empty());
  }

  /** The tokenizer in a file of the golden model. */
  private GgufTokenizer converted(GgufTokenizer tokenizer) throws IOException {
    var file = folder.resolve("converted.gguf");
    var original = folder.resolve("original");
    try (var model = ModelSource.open(Files.exists(original) ? original : golden("config.json"))) {
      new ModelConverter(model, DType.F32).toGguf(file, tokenizer.toMetadata());
    }
    try (var model = ModelSource.open(file)) {
      return ((GgufModel) model).tokenizer().orElseThrow();
    }
  }

  private Path golden(String config) throws IOException {
    var original = Files.createDirectory(folder.resolve("original"));
    Files.copy(Golden.path("models/llama/model.safetensors"), original.resolve(ModelFiles.WEIGHTS));
    Files.copy(Golden.path("models/llama/" + config), original.resolve(ModelFiles.CONFIG));
    return original;
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"F32", "F16", "BF16"})
  void roundsEveryWeightToNearestEven(DType dtype) {
    var gguf = folder.resolve("model.gguf");
    var out = folder.resolve("out");
    TinyLlama.writeGguf(gguf);
    try (var model = ModelSource.open(gguf)) {
      var conversion = new ModelConverter(model, dtype);
      if (dtype == DType.F16) {
        // Counted bytes hold floats that F16 cannot: nothing is damaged in silence.
        var error = assertThrows(ModelFormatException.class, () -> conversion.toFolder(out, SHARD, _ -> { }));
        assertTrue(error.getMessage().contains(", which F16 cannot hold; choose BF16 or F32"),
            error.getMessage());
        assertEquals(List.of("model.gguf"), Bytes.names(folder));
        return;
      }
      conversion.toFolder(out, SHARD, _ -> { });
      try (var written = ModelSource.open(out)) {
        for (var spec : model.tensors().specs().values()) {
          var stored = written.tensors().get(spec.name());
          assertEquals(spec.as(dtype), stored.spec());
          int n = (int) spec.shape().elements();
          var expected = new float[n];
          var actual = new float[n];
          Codec.decode(spec.dtype(), model.tensors().get(spec.name()).bytes(), 0, expected, 0, n);
          Codec.decode(dtype, stored.bytes(), 0, actual, 0, n);
          for (int i = 0; i < n; i++) {
            assertEquals((float) Codec.round(dtype, expected[i]), actual[i], spec.name());
          }
        }
      }
    }
  }

  @Test
  void fromGgufToGgufKeepsMetadataAndF32Norms() {
    var gguf = folder.resolve("model.gguf");
    var out = folder.resolve("out.gguf");
    TinyLlama.writeGguf(gguf);
    try (var model = ModelSource.open(gguf)) {
      var change = new LinkedHashMap<>(Map.of("tokenizer.chat_template", GgufValue.text("new")));
      new ModelConverter(model, DType.BF16).toGguf(out, change);
    }
    try (var written = GgufModel.open(out)) {
      assertEquals(Optional.of("new"), written.chatTemplate());
      assertEquals(Optional.of(TinyLlama.TOKENIZER), written.tokenizer());
      assertEquals(OptionalLong.of(32), written.file().metadata().integer("general.file_type"));
      assertEquals(DType.BF16, written.file().specs().get("blk.0.attn_q.weight").dtype());
      assertEquals(DType.F32, written.file().specs().get("blk.0.attn_norm.weight").dtype());
    }
  }

  private static void putEmbeddingAsHead(Path model) throws IOException {
    var copy = model.resolveSibling("with another head");
    Files.move(model.resolve(ModelFiles.WEIGHTS), copy);
    try (var stored = SafetensorsFile.open(copy)) {
      SafetensorsWriter.write(model.resolve(ModelFiles.WEIGHTS), stored.specs().values().stream().map(spec -> {
        boolean head = spec.name().equals("lm_head.weight");
        var bytes = stored.get(head ? "model.embed_tokens.weight" : spec.name()).bytes();
        return OutgoingTensor.of(new StoredTensor(spec, bytes));
      }).toList(), Map.of());
    }
  }

  @Test
  void carriesLlama3ScalingAndDropsATiedHead() throws IOException {
    var original = golden("config.json");
    var config = (Json.Obj) Json.parse(Files.readString(original.resolve(ModelFiles.CONFIG)), "config");
    var scaling = Json.object().put("rope_type", "llama3").put("factor", 8.0).put("low_freq_factor", 1.0)
        .put("high_freq_factor", 4.0).put("original_max_position_embeddings", 8192).build();
    Files.writeString(original.resolve(ModelFiles.CONFIG), config.toBuilder().put("tie_word_embeddings", true)
        .put("rope_parameters", scaling.toBuilder().put("rope_theta", 500000.0).build()).build().pretty());
    putEmbeddingAsHead(original);
    var gguf = folder.resolve("model.gguf");
    try (var model = ModelSource.open(original)) {
      new ModelConverter(model, DType.F32).toGguf(gguf, new LinkedHashMap<>());
    }
    try (var model = GgufModel.open(gguf)) {
      assertEquals(Shape.of(4), model.file().specs().get("rope_freqs.weight").shape());
      assertFalse(model.file().specs().containsKey("output.weight"));
      assertEquals(scaling, model.config().at("rope_scaling").value());
      assertEquals(500_000, model.config().at("rope_theta").asDouble());
      assertTrue(model.config().at("tie_word_embeddings").asBoolean());
    }
  }

  @Test
  void refusesWhatGgufCannotSay() throws IOException {
    var original = golden("config.json");
    var config = (Json.Obj) Json.parse(Files.readString(original.resolve(ModelFiles.CONFIG)), "config");
    refuses(original, config.toBuilder().put("model_type", "bert").put("architectures", Json.NULL).build(),
        "model_type: found \"bert\", expected a family that GGUF has a place for");
    refuses(original, config.toBuilder().put("rope_scaling", Json.object().put("type", "dynamic")
            .put("factor", 2.0)).remove("rope_parameters").build(),
        "the kind of rotary scaling: found Dynamic, expected Unscaled, the only value");
    refuses(original, config.toBuilder().put("num_hidden_layers", 0).build(),
        "num_hidden_layers: found 0, expected a whole number of at least 1");
    refuses(original, config.toBuilder().put("hidden_act", "gelu").build(),
        "the MLP's activation: found GELU, expected SILU");
    assertEquals(List.of("original"), Bytes.names(folder));
  }

  private void refuses(Path original, Json config, String message) throws IOException {
    Files.writeString(original.resolve(ModelFiles.CONFIG), config.pretty());
    try (var model = ModelSource.open(original)) {
      var error = assertThrows(RuntimeException.class,
          () -> new ModelConverter(model, DType.F32).toGguf(folder.resolve("x.gguf"), new LinkedHashMap<>()));
      assertTrue(error instanceof JsonException || error instanceof ModelFormatException, error.toString());
      assertTrue(error.getMessage().contains(message), error.getMessage());
    }
  }

  @Test
  void leavesNothingWhereTheTokenizerFails() throws IOException {
    try (var model = ModelSource.open(golden("config.json"))) {
      assertThrows(IllegalStateException.class, () -> new ModelConverter(model, DType.BF16)
          .toFolder(folder.resolve("out"), SHARD, _ -> {
            throw new IllegalStateException("no tokenizer");
          }));
    }
    assertEquals(List.of("original"), Bytes.names(folder));
  }

  @Test
  void whatOthersCallMergedAdaptersIsNoRecord() throws IOException {
    var original = golden("config.json");
    for (var theirs : List.of("my-lora", "[\"my-lora\"]", "{}", "[{\"adapter\": 1}]")) {
      var foreign = folder.resolve("foreign" + theirs.length());
      try (var model = ModelSource.open(original)) {
        var tensors = model.tensors().specs().keySet().stream()
            .map(name -> OutgoingTensor.of(model.tensors().get(name))).toList();
        new ModelConverter(model, DType.F32).toFolder(foreign, SHARD, tensors, Map.of("merged_adapters", theirs),
            config -> config, _ -> { });
      }
      try (var model = ModelSource.open(foreign)) {
        assertEquals(List.of(), MergeRecord.of(model), theirs);
      }
    }
  }

  @Test
  void theRecordOfAMergeGoesThroughEveryForm() throws IOException {
    var records = List.of(new MergeRecord("an adapter", "a base", "12ab", false),
        new MergeRecord("é \"other\"", "b", "34cd", true));
    var merged = folder.resolve("merged");
    try (var model = ModelSource.open(golden("config.json"))) {
      assertEquals(List.of(), MergeRecord.of(model));
      var tensors = model.tensors().specs().keySet().stream()
          .map(name -> OutgoingTensor.of(model.tensors().get(name))).toList();
      new ModelConverter(model, DType.F32).toFolder(merged, SHARD, tensors, MergeRecord.metadata(records),
          config -> config, _ -> { });
    }
    var gguf = convert(merged, "one.gguf");
    try (var file = GgufModel.open(gguf)) {
      assertTrue(file.file().metadata().text("linnet.merged_adapters").orElseThrow().contains("an adapter"));
    }
    for (var form : List.of(merged, gguf, convert(gguf, "two.gguf"), convert(gguf, "back"), convert(merged, "copy"))) {
      try (var model = ModelSource.open(form)) {
        assertEquals(records, MergeRecord.of(model), form.toString());
      }
    }
  }

  private Path convert(Path from, String name) {
    var to = folder.resolve(name);
    try (var model = ModelSource.open(from)) {
      if (name.endsWith(".gguf")) {
        new ModelConverter(model, DType.F32).toGguf(to, TinyLlama.TOKENIZER.toMetadata());
      } else {
        new ModelConverter(model, DType.F32).toFolder(to, 1000, _ -> { });
      }
    }
    return to;
  }

  @Test
  void keepsTheFoldersOwnFieldsAndItsKeyForTheType() throws IOException {
    var original = golden("config.json");
    Files.writeString(original.resolve(ModelFiles.GENERATION_CONFIG), "{\"eos_token_id\": [2, 3]}");
    var out = folder.resolve("out");
    try (var model = ModelSource.open(original)) {
      new ModelConverter(model, DType.BF16).toFolder(out, SHARD,
          temporary -> AtomicFile.writeString(temporary.resolve(ModelFiles.TOKENIZER), "{}"));
      assertThrows(UncheckedIOException.class,
          () -> new ModelConverter(model, DType.BF16).toFolder(out, SHARD, _ -> { }));
    }
    assertEquals(List.of("config.json", "generation_config.json", "model.safetensors", "tokenizer.json"),
        Bytes.names(out));
    try (var model = ModelSource.open(out)) {
      assertEquals("bfloat16", model.config().at("dtype").asString());
      assertEquals("float32", ModelSource.open(original).config().at("dtype").asString());
      assertTrue(model.config().opt("torch_dtype").isEmpty());
      assertEquals(3, model.generationConfig().orElseThrow().at("eos_token_id").at(1).asInt());
      assertEquals(0.02, model.config().at("initializer_range").asDouble());
    }
    assertArrayEquals(new String[] {"original", "out"}, Bytes.names(folder).toArray());
  }

  /** transformers takes all of them from generation_config.json where there is one, and else never stops. */
  @Test
  void defaultsOfDrawingFromGgufStandBesideTheTokenizersTokens() throws IOException {
    var metadata = TinyLlama.metadata();
    metadata.put("general.sampling.temp", GgufValue.float32(0.5));
    var gguf = folder.resolve("model.gguf");
    GgufWriter.write(gguf, new GgufMetadata(gguf.toString(), metadata), TinyLlama.tensors());
    try (var back = ModelSource.open(convert(gguf, "back"))) {
      var expected = """
          {"temperature": 0.5, "do_sample": true, "eos_token_id": 1, "bos_token_id": 0, "pad_token_id": 1}""";
      assertEquals(Json.parse(expected, "expected"), back.generationConfig().orElseThrow().value());
    }
  }
}
