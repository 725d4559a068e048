package linnet.nn.model;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import linnet.nn.FrozenParam;
import linnet.nn.Golden;
import linnet.nn.Modules;
import linnet.nn.RmsNorm;
import linnet.nn.TestBackend;
import linnet.nn.TrainableParam;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.json.Json;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelsTest {
  private static final Path LLAMA = Golden.path("models/llama");

  /** Copies the golden model with a change of its tensors. */
  private static Path changed(Path folder, Consumer<Map<String, OutgoingTensor>> change)
      throws IOException {
    Files.copy(LLAMA.resolve("config.json"), folder.resolve("config.json"));
    try (var stored = SafetensorsFile.open(LLAMA.resolve("model.safetensors"))) {
      var tensors = new LinkedHashMap<String, OutgoingTensor>();
      stored.specs().keySet().forEach(name -> tensors.put(name, OutgoingTensor.of(stored.get(name))));
      change.accept(tensors);
      SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors.values(), Map.of());
    }
    return folder;
  }

  private static <E extends Exception> String loadError(Class<E> type, Path folder) {
    try (var backend = TestBackend.REFERENCE.open(); var weights = backend.scope("weights")) {
      return assertThrows(type, () -> Models.load(folder, weights)).getMessage();
    }
  }

  private static OutgoingTensor tensor(String name, float value, int... sizes) {
    var shape = Shape.of(sizes);
    var values = new float[(int) shape.elements()];
    values[values.length / 2] = value;
    return OutgoingTensor.of(name, shape, values);
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void keysOfTheTreeAreThoseOfTheCheckpoint(TestBackend test) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(LLAMA, weights);
        var stored = SafetensorsFile.open(LLAMA.resolve("model.safetensors"))) {
      var params = Modules.parameters(loaded.model());
      assertEquals(stored.specs().keySet(), params.keySet());
      params.forEach((name, param) -> {
        assertTrue(param instanceof FrozenParam, name);
        assertEquals(name, param.name());
        assertArrayEquals(Golden.values(stored.get(name)), param.value().toDoubles(), name);
      });
      assertEquals(Set.of(2), loaded.eosTokenIds());
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aTiedHeadIsTheEmbeddingItself(TestBackend test) {
    try (var backend = test.open();
        var weights = backend.scope("weights"); var training = backend.scope("training");
        var loaded = Models.load(Golden.path("models/llama-biased"), weights)) {
      for (var model : List.of(loaded.model(), Models.trainable(loaded.model(), training))) {
        assertSame(model.outputHead().weight().variable(), Modules.parameters(model).get("model.embed_tokens.weight").variable());
        assertTrue(!Modules.parameters(model).containsKey("lm_head.weight"));
      }
    }
  }

  @Test
  void whatIsMissingAndLeftOverIsNamed(@TempDir Path folder) throws IOException {
    var message = loadError(ModelFormatException.class, changed(folder, tensors -> {
      tensors.remove("model.norm.weight");
      tensors.put("extra", tensor("model.layers.0.self_attn.q_norm.weight", 0, 8));
    }));
    assertTrue(message.contains("missing model.norm.weight; left over model.layers.0.self_attn.q_norm.weight")
        && message.contains(folder.toString()), message);
  }

  @Test
  void aNumberOfLayersThatTheWeightsAreNotOfIsNamed(@TempDir Path folder) throws IOException {
    var config = changed(folder, tensors -> { }).resolve("config.json");
    Files.writeString(config, Files.readString(config)
        .replaceAll("\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": 1000000000"));
    var message = loadError(ModelFormatException.class, folder);
    assertTrue(message.contains("num_hidden_layers: found 1000000000, expected 2, the number of layers"),
        message);
  }

  @Test
  void tablesThatOldCheckpointsCarryAreIgnored(@TempDir Path folder) throws IOException {
    changed(folder, tensors ->
        tensors.put("table", tensor("model.layers.0.self_attn.rotary_emb.inv_freq", 1, 4)));
    try (var backend = TestBackend.REFERENCE.open(); var weights = backend.scope("weights");
        var loaded = Models.load(folder, weights)) {
      assertEquals(21, Modules.parameters(loaded.model()).size());
    }
  }

  /** As safetensors keeps one of two names for the same memory. */
  @Test
  void ofWhatIsTiedTheHeadAloneMayBeStored(@TempDir Path folder) throws IOException {
    var whole = Golden.path("models/llama-biased");
    withHead(whole, folder, true, head -> head);
    try (var backend = TestBackend.REFERENCE.open(); var weights = backend.scope("weights");
        var loaded = Models.load(folder, weights); var expected = Models.load(whole, weights)) {
      assertTrue(loaded.config().tieWordEmbeddings());
      var found = Modules.parameters(loaded.model());
      assertEquals(Modules.parameters(expected.model()).keySet(), found.keySet());
      Modules.parameters(expected.model()).forEach((name, param) ->
          assertArrayEquals(param.value().toDoubles(), found.get(name).value().toDoubles(), name));
    }
  }

  /** transformers does not tie what the file has as two, whatever the configuration says. */
  @Test
  void aStoredHeadThatDiffersFromTheEmbeddingIsTheModelsOwn(@TempDir Path same, @TempDir Path other)
      throws IOException {
    withHead(Golden.path("models/llama-biased"), same, false, head -> head);
    withHead(Golden.path("models/llama-biased"), other, false, head -> {
      head[5] += 1;
      return head;
    });
    try (var backend = TestBackend.REFERENCE.open(); var weights = backend.scope("weights");
        var tied = Models.load(same, weights); var own = Models.load(other, weights)) {
      assertTrue(tied.config().tieWordEmbeddings() && !own.config().tieWordEmbeddings());
      var embedding = Modules.parameters(own.model()).get("model.embed_tokens.weight").value().toDoubles();
      assertEquals(embedding[5] + 1,
          Modules.parameters(own.model()).get("lm_head.weight").value().toDoubles()[5], 1e-6);
    }
  }

  /** Copies a tied model, with the embedding as its head too, or only so. */
  private static void withHead(Path from, Path folder, boolean alone, UnaryOperator<float[]> change)
      throws IOException {
    Files.copy(from.resolve("config.json"), folder.resolve("config.json"));
    try (var stored = SafetensorsFile.open(from.resolve("model.safetensors"))) {
      var tensors = new ArrayList<OutgoingTensor>();
      stored.specs().forEach((name, spec) -> {
        boolean embedding = name.equals("model.embed_tokens.weight");
        if (!(embedding && alone)) {
          tensors.add(OutgoingTensor.of(stored.get(name)));
        }
        if (embedding) {
          double[] values = Golden.values(stored.get(name));
          var floats = new float[values.length];
          IntStream.range(0, floats.length).forEach(i -> floats[i] = (float) values[i]);
          tensors.add(OutgoingTensor.of("lm_head.weight", spec.shape(), change.apply(floats)));
        }
      });
      SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
    }
  }

  /** As GPT-2's is published: a bare decoder's names, and the causal mask in every layer. */
  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aBareDecoderLoads(TestBackend test, @TempDir Path folder) throws IOException {
    var original = Golden.path("families/gpt2");
    Files.copy(original.resolve("config.json"), folder.resolve("config.json"));
    try (var stored = SafetensorsFile.open(original.resolve("model.safetensors"))) {
      var tensors = new ArrayList<OutgoingTensor>();
      stored.specs().keySet().forEach(name -> tensors.add(OutgoingTensor.of(
          name.replaceFirst("^transformer\\.", ""), stored.get(name).shape(),
          floats(Golden.values(stored.get(name))))));
      tensors.add(tensor("h.0.attn.bias", 1, 1, 1, 40, 40));
      SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
    }
    try (var backend = test.open(); var weights = backend.scope("weights");
        var whole = Models.load(original, weights); var bare = Models.load(folder, weights)) {
      var found = Modules.parameters(bare.model());
      Modules.parameters(whole.model()).forEach((name, param) ->
          assertArrayEquals(param.value().toDoubles(), found.get(name).value().toDoubles(), name));
    }
  }

  private static float[] floats(double[] values) {
    var floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  @Test
  void aWrongShapeIsNamedWithBothShapes(@TempDir Path folder) throws IOException {
    var message = loadError(ModelFormatException.class, changed(folder,
        tensors -> tensors.put("model.norm.weight", tensor("model.norm.weight", 0, 47))));
    assertTrue(message.contains("model.norm.weight: found shape (47), expected (48)"), message);
  }

  @Test
  void weightsThatAreNotFiniteAreNamed(@TempDir Path folder) throws IOException {
    var name = "model.layers.1.mlp.down_proj.weight";
    var message = loadError(ModelFormatException.class, changed(folder,
        tensors -> tensors.put(name, tensor(name, Float.NaN, 48, 101))));
    assertTrue(message.contains(name + ": found values that are infinite or not a number"), message);
  }

  @Test
  void aMissingFolderIsNamed() {
    assertTrue(loadError(UncheckedIOException.class, Path.of("no/such/model")).contains("no/such/model"));
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aSavedModelLoadsWithTheSameValues(TestBackend test, @TempDir Path folder) throws IOException {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(LLAMA, weights)) {
      Models.save(folder.resolve("copy"), loaded.model(), loaded.source().config().asObject(), DType.F32);
      try (var again = Models.load(folder.resolve("copy"), weights)) {
        assertEquals(loaded.config(), again.config());
        var copies = Modules.parameters(again.model());
        Modules.parameters(loaded.model()).forEach((name, param) ->
            assertArrayEquals(param.value().toDoubles(), copies.get(name).value().toDoubles(), name));
      }
      Models.save(folder.resolve("half"), loaded.model(), loaded.source().config().asObject(), DType.BF16);
      try (var half = Models.load(folder.resolve("half"), weights)) {
        assertEquals(Json.of("bfloat16"), half.source().config().at("dtype").value());
        assertEquals(DType.BF16, half.model().outputHead().weight().value().dtype());
        assertClose("head", loaded.model().outputHead().weight().value().toDoubles(),
            half.model().outputHead().weight().value().toDoubles(), 3e-3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aModelWithAdaptersIsNotSaved(TestBackend test, @TempDir Path folder) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(LLAMA, weights)) {
      var adapted = Lora.apply(loaded.model(), LoraConfig.allLinear(1, 1, 0), RandomKey.of(1), weights);
      assertThrows(IllegalArgumentException.class,
          () -> Models.save(folder.resolve("x"), adapted, loaded.source().config().asObject(), DType.F32));
      assertTrue(Files.notExists(folder.resolve("x")));
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aNewModelIsDrawnFromItsKeyAndTrainsAsAWhole(TestBackend test) {
    var config = ModelConfig.read(Golden.path("models/llama-biased/config.json"));
    try (var backend = test.open(); var training = backend.scope("training")) {
      var model = Models.initialize(config, RandomKey.of(1), training);
      var same = Modules.parameters(Models.initialize(config, RandomKey.of(1), training));
      var other = Modules.parameters(Models.initialize(config, RandomKey.of(2), training));
      var drawn = new ArrayList<double[]>();
      for (var place : Modules.places(model)) {
        assertTrue(place.param() instanceof TrainableParam, place.key());
        double[] values = place.param().value().toDoubles();
        assertArrayEquals(values, same.get(place.key()).value().toDoubles());
        if (place.owner() instanceof RmsNorm) {
          assertTrue(Arrays.stream(values).allMatch(v -> v == 1), place.key());
        } else if (place.key().endsWith(".bias")) {
          assertTrue(Arrays.stream(values).allMatch(v -> v == 0), place.key());
        } else {
          double size = Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
          assertEquals(config.initializerRange(), size, 0.2 * config.initializerRange(), place.key());
          assertTrue(values[0] != other.get(place.key()).value().toDoubles()[0]);
          drawn.add(values);
        }
      }
      assertEquals(drawn.size(), drawn.stream().mapToDouble(values -> values[0]).distinct().count());
    }
  }

  @Test
  void theFormOfAModelIsKnownWithoutWeights() {
    var model = CausalLm.declare(ModelConfig.read(LLAMA.resolve("config.json")));
    long elements = Modules.parameters(model).values().stream().mapToLong(p -> p.shape().elements()).sum();
    assertEquals(54_192, elements);
  }

  @Test
  void modelsComputeInF32OrF64() {
    try (var backend = TestBackend.REFERENCE.open(); var weights = backend.scope("weights")) {
      assertThrows(IllegalArgumentException.class, () -> Models.load(LLAMA, weights, DType.BF16));
    }
  }
}
