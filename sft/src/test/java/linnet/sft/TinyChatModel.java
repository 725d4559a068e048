package linnet.sft;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.sft.template.ChatTemplate;
import linnet.sft.tokenizer.BpeTrainer;
import linnet.sft.tokenizer.ByteLevelScheme;
import linnet.sft.tokenizer.TokenizerConfig;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;

/** A random Llama of one layer with a tokenizer of 300 tokens, as a folder. */
final class TinyChatModel {
  static final int POSITIONS = 96;

  private TinyChatModel() {}

  /** Writes it with a template of its own that says so, or with none. */
  static Path write(Path folder, boolean withTemplate) {
    var templates = new LinkedHashMap<String, String>();
    if (withTemplate) {
      templates.put("default", "<|im_start|>tiny\n<|im_end|>\n" + ChatTemplate.CHATML);
    }
    new BpeTrainer(300, 2, ByteLevelScheme.GPT2, List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
        .train(Stream.of("the cat sat on the mat", "the dog sat on the log"))
        .withConfig(new TokenizerConfig(Optional.empty(), Optional.of("<|im_end|>"),
            Optional.of("<|endoftext|>"), Optional.empty(), templates, Json.object().build()))
        .save(folder);
    var config = JsonCursor.of(Json.parse("""
        {"model_type": "llama", "vocab_size": 300, "hidden_size": 32, "intermediate_size": 64,
         "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2,
         "max_position_embeddings": %d, "eos_token_id": 0, "initializer_range": 0.3}""".formatted(POSITIONS), "tiny"), "tiny");
    try (var backend = Backends.vector(1); var training = backend.scope("training")) {
      Models.save(folder, Models.initialize(ModelConfig.read(config), RandomKey.of(1), training),
          config.asObject(),
          DType.F32);
    }
    return folder;
  }
}
