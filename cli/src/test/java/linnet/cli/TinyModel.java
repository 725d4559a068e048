package linnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model so small that a test makes it in an instant, with Linnet's own commands, and rows to go with it.
 *
 * @param folder the model, in Hugging Face's layout
 * @param rows puzzles to train on, as JSONL
 */
record TinyModel(Path folder, Path rows) {
  static final int ROWS = 24;

  private static final String CONFIG = """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 16,
       "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
       "max_position_embeddings": 256, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": true,
       "bos_token_id": 0, "eos_token_id": 2, "vocab_size": 320}""";

  static TinyModel in(Path folder) throws IOException {
    var texts = folder.resolve("texts.jsonl");
    var rows = folder.resolve("rows.jsonl");
    var config = Files.writeString(folder.resolve("tiny.json"), CONFIG);
    Cli.ok("demo-data", "texts", texts, "--rows", 40);
    Cli.ok("demo-data", "puzzles", rows, "--rows", ROWS);
    Cli.ok("train-tokenizer", "-d", texts, "-o", folder.resolve("tokenizer"), "--vocabulary-size", 300);
    Cli.ok("pretrain", "-c", config, "-t", folder.resolve("tokenizer"), "-d", texts, "-o",
        folder.resolve("model"),
        "--max-steps", 1);
    return new TinyModel(folder.resolve("model"), rows);
  }
}
