package linnet.nn.convert;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import linnet.nn.Fuzz;
import linnet.nn.Golden;
import linnet.nn.io.Bytes;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelSource;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsShardWriter;
import linnet.nn.io.SafetensorsShards;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.io.TinyLlama;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.Checkpoint;
import linnet.nn.model.ModelConfig;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files of every family open, or fail with the documented errors and nothing else. */
class FormatFuzzTest {
  private static final List<String> FAMILIES = List.of("llama3", "llama-yarn", "mistral", "qwen2-sliding",
      "qwen3", "gpt2", "phi", "phi3-long");

  @TempDir
  Path folder;

  @Test
  void configs() throws IOException {
    var texts = new ArrayList<byte[]>();
    try (var folders = Files.list(Golden.path("families"))) {
      for (var family : folders.sorted().toList()) {
        texts.add(Files.readAllBytes(family.resolve(ModelFiles.CONFIG)));
      }
    }
    for (int seed = 0; seed < Fuzz.COUNT; seed++) {
      var random = new Random(seed);
      byte[] text = Fuzz.damagedText(texts.get(random.nextInt(texts.size())), random);
      Fuzz.opensOrExplains("config.json", seed,
          () -> ModelConfig.read(JsonCursor.of(Json.parse(text, "fuzz"), "fuzz")));
    }
  }

  @Test
  void safetensors() {
    var sound = folder.resolve("sound.safetensors");
    SafetensorsWriter.write(sound, List.of(Bytes.counting("a", DType.F32, 0, 2, 2),
        Bytes.counting("b.c", DType.BF16, 1, 3), Bytes.counting("empty", DType.I64, 0, 0)),
        Map.of("format", "pt"));
    byte[] bytes = Fuzz.bytes(sound);
    for (int seed = 0; seed < Fuzz.COUNT; seed++) {
      var random = new Random(seed);
      var file = Fuzz.write(folder.resolve("damaged"),
          random.nextBoolean() ? Fuzz.damaged(bytes, random) : Fuzz.damagedHeader(bytes, random));
      Fuzz.opensOrExplains("safetensors", seed, () -> {
        try (var opened = SafetensorsFile.open(file)) {
          opened.specs().keySet().forEach(name -> opened.get(name).bytes().asByteBuffer());
        }
      });
    }
  }

  @Test
  void indexes() {
    SafetensorsShardWriter.write(folder, List.of(Bytes.counting("a", DType.F32, 0, 2, 2),
        Bytes.counting("b.c", DType.BF16, 1, 3), Bytes.counting("d", DType.F32, 2, 4)), 16, Map.of());
    var index = folder.resolve(ModelFiles.INDEX);
    byte[] bytes = Fuzz.bytes(index);
    var sound = Json.parse(bytes, "index");
    var values = Stream.of("", ".", "..", "/", "a\0", "\ud800", "x".repeat(300), "model.safetensors", "a/b",
        ModelFiles.INDEX, "model-00001-of-00003.safetensors").map(Json::of).collect(Collectors.toList());
    values.addAll(List.of(Json.NULL, Json.TRUE, Json.of(0), Json.of(List.of()), Json.object().build()));
    for (int seed = 0; seed < Fuzz.COUNT; seed++) {
      var random = new Random(seed);
      Fuzz.write(index, random.nextBoolean() ? Fuzz.damagedText(bytes, random)
          : Fuzz.mutated(sound, values, random).toString().getBytes(StandardCharsets.UTF_8));
      Fuzz.opensOrExplains("index", seed, () -> {
        try (var opened = SafetensorsShards.open(index)) {
          opened.specs().keySet().forEach(name -> opened.get(name).bytes().asByteBuffer());
        }
      });
    }
  }

  @Test
  void gguf() {
    var sound = new ArrayList<byte[]>();
    for (String family : FAMILIES) {
      var file = folder.resolve(family + ".gguf");
      try (var source = ModelSource.open(Golden.path("families/" + family))) {
        new ModelConverter(source, DType.F16).toGguf(file, TinyLlama.TOKENIZER.toMetadata());
      }
      sound.add(Fuzz.bytes(file));
    }
    for (int seed = 0; seed < Fuzz.COUNT; seed++) {
      var random = new Random(seed);
      var file = Fuzz.write(folder.resolve("damaged"),
          Fuzz.damaged(sound.get(random.nextInt(sound.size())), random));
      Fuzz.opensOrExplains("GGUF", seed, () -> {
        try (var model = ModelSource.open(file)) {
          model.chatTemplate();
          model.generationConfig();
          var checkpoint = Checkpoint.of(model);
          checkpoint.specs().keySet().forEach(checkpoint::get);
        }
      });
    }
  }
}
