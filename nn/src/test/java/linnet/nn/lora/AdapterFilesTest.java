package linnet.nn.lora;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.Set;
import java.util.function.Consumer;
import linnet.autograd.Tape;
import linnet.nn.Golden;
import linnet.nn.LoraLinear;
import linnet.nn.Modules;
import linnet.nn.TestBackend;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.nn.model.Models;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFilesTest {
  private static final Path PEFT = Golden.path("lora/adapter");

  private interface Body {
    void run(CausalLm base, Scope training) throws IOException;
  }

  private static void with(TestBackend test, Body body) throws IOException {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype());
        var training = backend.scope("training")) {
      body.run(loaded.model(), training);
    }
  }

  private static double[] lastLogits(CausalLm model, int[] ids) {
    try (var step = model.backend().scope("step"); var tape = Tape.noGrad(step)) {
      var hidden = model.hidden(tape, FlatBatch.of(ids));
      return model.logits(tape, tape.slice(hidden, 0, ids.length - 1, ids.length)).value().toDoubles();
    }
  }

  /** Copies PEFT's adapter with a change of its tensors. */
  private static Path changed(Path folder, Consumer<Map<String, OutgoingTensor>> change) throws IOException {
    Files.copy(PEFT.resolve(AdapterFiles.CONFIG), folder.resolve(AdapterFiles.CONFIG));
    try (var stored = SafetensorsFile.open(PEFT.resolve(AdapterFiles.WEIGHTS))) {
      var tensors = new LinkedHashMap<String, OutgoingTensor>();
      stored.specs().keySet().forEach(name -> tensors.put(name, OutgoingTensor.of(stored.get(name))));
      change.accept(tensors);
      SafetensorsWriter.write(folder.resolve(AdapterFiles.WEIGHTS), tensors.values(), Map.of());
    }
    return folder;
  }

  private static Path withConfig(Path folder, String field, String value) throws IOException {
    var config = JsonCursor.read(PEFT.resolve(AdapterFiles.CONFIG)).asObject().toBuilder()
        .put(field, Json.parse(value, "test")).build();
    Files.writeString(folder.resolve(AdapterFiles.CONFIG), config.pretty());
    return folder;
  }

  private static String loadError(Path folder) throws IOException {
    var message = new String[1];
    with(TestBackend.REFERENCE, (base, training) -> message[0] = assertThrows(ModelFormatException.class,
        () -> AdapterFiles.load(folder, base, training)).getMessage());
    return message[0];
  }

  @ParameterizedTest
  @ValueSource(strings = {"patterns", "regex"})
  void patternsExpressionsAndStabilisedScalesComputeWhatPeftComputes(String name) throws IOException {
    var cases = Golden.json("lora/" + name + "/cases.json");
    for (var test : TestBackend.values()) {
      with(test, (base, training) -> {
        var loaded = AdapterFiles.load(Golden.path("lora/" + name), base, training);
        assertClose(name + " on " + test, Golden.doubles(cases.at("last_logits")),
            lastLogits(loaded.model(), Golden.ints(cases.at("ids"))), test.tolerance());
      });
    }
  }

  @Test
  void theDescriptionIsWhatPeftWrote() {
    var description = AdapterFiles.describe(Golden.path("lora/patterns"));
    assertEquals(Optional.of("../../models/llama"), description.baseModel());
    var lora = description.lora();
    assertEquals(4, lora.rank());
    assertEquals(8, lora.alpha());
    assertEquals(0.1, lora.dropout());
    assertEquals(Map.of("layers.1.self_attn.q_proj", 2, "down_proj", 3), lora.rankPattern());
    assertEquals(Map.of("0.self_attn.q_proj", 5.5), lora.alphaPattern());
    assertEquals(LoraConfig.Scaling.BY_ROOT_OF_RANK,
        AdapterFiles.describe(Golden.path("lora/regex")).lora().scaling());
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void whatIsWrittenReadsBackAsTheSameAdapter(TestBackend test, @TempDir Path folder) throws IOException {
    with(test, (base, training) -> {
      for (String name : List.of("adapter", "patterns", "regex")) {
        var original = AdapterFiles.load(Golden.path("lora/" + name), base, training);
        var copy = folder.resolve(name);
        AdapterFiles.write(copy, original.model(), original.config(), BaseModel.at("base"));
        assertEquals(Set.of(AdapterFiles.CONFIG, AdapterFiles.WEIGHTS), names(copy));
        assertEquals(Optional.of("base"), AdapterFiles.describe(copy).baseModel());
        var again = AdapterFiles.load(copy, base, training);
        assertEquals(original.config(), again.config());
        var adapters = Modules.find(again.model(), LoraLinear.class);
        Modules.find(original.model(), LoraLinear.class).forEach((path, lora) -> {
          assertEquals(lora.scale(), adapters.get(path).scale());
          assertArrayEquals(lora.loraA().value().toDoubles(), adapters.get(path).loraA().value().toDoubles());
          assertArrayEquals(lora.loraB().value().toDoubles(), adapters.get(path).loraB().value().toDoubles());
        });
      }
    });
  }

  private static Set<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return Set.copyOf(files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void keysAndConfigurationAreThoseOfPeft(TestBackend test, @TempDir Path folder) throws IOException {
    with(test, (base, training) -> {
      var config = LoraConfig.allLinear(4, 8, 0);
      AdapterFiles.write(folder, Lora.apply(base, config, RandomKey.of(1), training), config, BaseModel.at("base"));
      try (var ours = SafetensorsFile.open(folder.resolve(AdapterFiles.WEIGHTS));
          var theirs = SafetensorsFile.open(PEFT.resolve(AdapterFiles.WEIGHTS))) {
        assertEquals(Map.copyOf(theirs.specs()), Map.copyOf(ours.specs()));
      }
      var theirs = JsonCursor.read(PEFT.resolve(AdapterFiles.CONFIG)).asObject().members();
      var ours = JsonCursor.read(folder.resolve(AdapterFiles.CONFIG)).asObject().members();
      for (var field : ours.entrySet()) {
        assertTrue(theirs.containsKey(field.getKey()), field.getKey());
        if (!Set.of("target_modules", "base_model_name_or_path").contains(field.getKey())) {
          assertEquals(theirs.get(field.getKey()), field.getValue(), field.getKey());
        }
      }
      assertEquals(Json.strings(List.of("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj",
          "v_proj")),
          ours.get("target_modules"));
    });
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "peft_type | \"IA3\" | peft_type",
      "use_dora | 3 | use_dora",
      "modules_to_save | \"lm_head\" | modules_to_save",
      "modules_to_save | [\"(\"] | Unclosed group",
      "bias | \"all\" | bias",
      "bias | \"lora_only\" | bias",
      "trainable_token_indices | [1] | trainable_token_indices",
      "layers_to_transform | [-1] | layers",
      "layers_pattern | \"layers\" | layers_pattern",
      "exclude_modules | \"(\" | a regular expression",
      "an_option_of_the_future | 3 | an_option_of_the_future",
      "init_lora_weights | \"pissa_niter_4\" | init_lora_weights",
      "init_lora_weights | \"olora\" | init_lora_weights",
      "r | 0 | r: found 0",
      "lora_alpha | \"8\" | lora_alpha",
      "lora_dropout | 1 | lora_dropout",
      "target_modules | [] | target_modules",
      "target_modules | \"(\" | a regular expression",
      "rank_pattern | {\"(\": 3} | a regular expression",
  })
  void optionsThatAreNotSupportedAreRefusedByName(String field, String value, String part,
      @TempDir Path folder) throws IOException {
    withConfig(folder, field, value);
    var message = assertThrows(JsonException.class, () -> AdapterFiles.describe(folder)).getMessage();
    assertTrue(message.contains(AdapterFiles.CONFIG) && message.contains(part), message);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "target_modules | \"all-linear\"",
      "init_lora_weights | \"gaussian\"",
      "task_type | null",
      "base_model_name_or_path | null",
      "an_option_of_the_future | null",
  })
  void optionsThatChangeNothingAreTaken(String field, String value, @TempDir Path folder) throws IOException {
    withConfig(folder, field, value);
    Files.copy(PEFT.resolve(AdapterFiles.WEIGHTS), folder.resolve(AdapterFiles.WEIGHTS));
    with(TestBackend.REFERENCE, (base, training) -> {
      var plain = AdapterFiles.load(PEFT, base, training).model();
      assertEquals(0, Lora.largestLogitGap(plain, AdapterFiles.load(folder, base, training).model(),
          FlatBatch.of(new int[] {1, 2, 3})));
    });
  }

  @Test
  void tensorsThatAreMissingOrLeftOverAreNamed(@TempDir Path folder) throws IOException {
    var gone = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";
    var extra = "base_model.model.lm_head.base_layer.weight";
    var message = loadError(changed(folder, tensors -> {
      tensors.remove(gone);
      tensors.put(extra, OutgoingTensor.of(extra, Shape.of(2), new float[2]));
    }));
    assertTrue(message.contains("missing " + gone) && message.contains("left over " + extra), message);
  }

  @Test
  void anAdapterOfAnotherModelIsNamedByShape(@TempDir Path folder) throws IOException {
    var name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
    var message = loadError(changed(folder,
        tensors -> tensors.put(name, OutgoingTensor.of(name, Shape.of(4, 32), new float[128]))));
    assertTrue(message.contains(name + ": found shape (4, 32), expected (4, 48)"), message);
  }

  @Test
  void missingFilesAreNamed(@TempDir Path folder) {
    assertTrue(assertThrows(UncheckedIOException.class, () -> AdapterFiles.describe(folder)).getMessage()
        .contains(AdapterFiles.CONFIG));
  }

  @Test
  void aModelWithoutAdaptersWritesNothing(@TempDir Path folder) throws IOException {
    with(TestBackend.REFERENCE, (base, training) -> {
      assertThrows(IllegalArgumentException.class,
          () -> AdapterFiles.write(folder, base, LoraConfig.allLinear(1, 1, 0), BaseModel.at("base")));
      assertEquals(Set.of(), names(folder));
    });
  }
}
