package linnet.sft.train;

import linnet.nn.FrozenParam;
import linnet.nn.Modules;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;

/** A random Llama of two layers, and what of it trains. */
enum TinyModel {
  /** Adapters on a frozen base. */
  LORA {
    @Override
    CausalLm make(double dropout, Scope weights, Scope training) {
      var base = Modules.mapParams(Models.initialize(CONFIG, RandomKey.of(3), weights),
          (name, param) -> new FrozenParam(name, param.value()));
      return Lora.apply(base, LoraConfig.allLinear(4, 8, dropout), RandomKey.of(4), training);
    }
  },
  /** Every parameter; there is nothing to drop. */
  FULL {
    @Override
    CausalLm make(double dropout, Scope weights, Scope training) {
      return Models.initialize(CONFIG, RandomKey.of(3), training);
    }
  };

  static final ModelConfig CONFIG = ModelConfig.read(JsonCursor.of(Json.parse("""
      {"model_type": "llama", "vocab_size": 97, "hidden_size": 32, "intermediate_size": 44,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 256, "rope_theta": 10000.0, "tie_word_embeddings": true,
       "initializer_range": 0.2}""", "tiny"), "tiny"));

  /** The model, drawn from a fixed key. */
  abstract CausalLm make(double dropout, Scope weights, Scope training);
}
