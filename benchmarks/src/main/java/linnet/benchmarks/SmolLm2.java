package linnet.benchmarks;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import linnet.nn.FrozenParam;
import linnet.nn.Modules;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.CausalLm;
import linnet.nn.model.ModelConfig;
import linnet.sft.data.EncodedRow;
import linnet.tensor.DType;

/** A model of SmolLM2-135M's sizes, with random weights in mapped files, and rows of random tokens for it. */
final class SmolLm2 {
  private static final int VOCABULARY = 49_152;

  private SmolLm2() {}

  static ModelConfig config(int layers) {
    var json = Json.object().put("model_type", "llama").put("vocab_size", VOCABULARY)
        .put("hidden_size", 576).put("intermediate_size", 1536).put("num_hidden_layers", layers)
        .put("num_attention_heads", 9).put("num_key_value_heads", 3).put("max_position_embeddings", 8192)
        .put("rms_norm_eps", 1e-5).put("rope_theta", 100_000.0).put("tie_word_embeddings", true)
        .put("bos_token_id", 1).put("eos_token_id", 2).build();
    return ModelConfig.read(JsonCursor.of(json, "SmolLM2"));
  }

  /** The model with frozen BF16 matrices. */
  static CausalLm frozen(Memory memory, int layers) {
    return Modules.mapParams(CausalLm.declare(config(layers)), (name, param) -> new FrozenParam(name,
        param.shape().rank() > 1 ? memory.mapped(DType.BF16, param.shape().toArray())
            : memory.random(DType.F32, param.shape().toArray())));
  }

  /** Rows of equal length; the second half of each is trained. */
  static List<EncodedRow> rows(int count, int length) {
    var random = new Random(2);
    var rows = new ArrayList<EncodedRow>();
    for (int r = 0; r < count; r++) {
      var trained = new BitSet();
      trained.set(length / 2, length);
      rows.add(new EncodedRow(random.ints(length, 0, VOCABULARY).toArray(), trained, r + 1));
    }
    return rows;
  }
}
