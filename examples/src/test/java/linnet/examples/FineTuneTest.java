package linnet.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.sft.ChatModel;
import linnet.sft.tokenizer.BpeTrainer;
import linnet.sft.tokenizer.ByteLevelScheme;
import linnet.sft.tokenizer.TokenizerConfig;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example trains a small random model, says so, and leaves an adapter that loads. */
class FineTuneTest {
  private static final int ROWS = 16;

  @TempDir
  private Path folder;

  private static String question(int i) {
    return "What is " + i + " plus one?";
  }

  private Path model() {
    var path = folder.resolve("model");
    var special = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    new BpeTrainer(300, 2, ByteLevelScheme.GPT2, special).train(Stream.of(question(1), question(2)))
        .withConfig(new TokenizerConfig(Optional.empty(), Optional.of("<|im_end|>"), Optional.empty(),
            Optional.empty(), new LinkedHashMap<>(), Json.object().build()))
        .save(path);
    var config = JsonCursor.of(Json.parse("""
        {"model_type": "llama", "vocab_size": 300, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
         "num_attention_heads": 2, "max_position_embeddings": 128, "tie_word_embeddings": true}""", "tiny"), "tiny");
    try (var backend = Backends.vector(); var training = backend.scope("training")) {
      var weights = Models.initialize(ModelConfig.read(config), RandomKey.of(1), training);
      Models.save(path, weights, config.asObject(), DType.F32);
    }
    return path;
  }

  @Test
  void trainsSavesAndAnswers() throws IOException {
    var rows = Files.write(folder.resolve("rows.jsonl"), IntStream.range(0, ROWS).mapToObj(i ->
        Json.object().put("prompt", question(i)).put("completion", "It is " + (i + 1) + ".").build()
            .compact()).toList());
    var model = model();
    var adapter = folder.resolve("adapter");
    var said = printedBy(() -> FineTune.run(model, rows, adapter, question(7)));
    assertTrue(said.contains("step 6 of 6: loss "), said);
    assertFalse(said.contains("step 7"), said);
    try (var backend = Backends.vector(); var weights = backend.scope("model");
        var chat = ChatModel.load(adapter, weights)) {
      assertTrue(chat.adapter().isPresent());
    }
  }

  private static String printedBy(Runnable program) {
    var before = System.out;
    var said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }
}
