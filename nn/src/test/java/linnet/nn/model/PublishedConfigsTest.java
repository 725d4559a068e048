package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import linnet.nn.Modules;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import linnet.tensor.AttentionRule;
import org.junit.jupiter.api.Test;

/** Configurations as they are published, and the number of parameters that their models are known to have. */
class PublishedConfigsTest {
  private static final String GPT2 = """
      {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
      "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "initializer_range": 0.02,
      "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12,
      "n_layer": 12, "n_positions": 1024, "resid_pdrop": 0.1, "summary_activation": null,
      "summary_type": "cls_index", "vocab_size": 50257}""";
  private static final String QWEN25 = """
      {"architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643,
      "eos_token_id": 151645, "hidden_act": "silu", "hidden_size": 896, "initializer_range": 0.02,
      "intermediate_size": 4864, "max_position_embeddings": 32768, "max_window_layers": 21,
      "model_type": "qwen2", "num_attention_heads": 14, "num_hidden_layers": 24, "num_key_value_heads": 2,
      "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": true,
      "torch_dtype": "bfloat16", "use_cache": true, "use_sliding_window": false, "vocab_size": 151936}""";
  private static final String QWEN3 = """
      {"architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
      "bos_token_id": 151643, "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu",
      "hidden_size": 1024, "initializer_range": 0.02, "intermediate_size": 3072,
      "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
      "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
      "rope_scaling": null, "rope_theta": 1000000, "sliding_window": null, "tie_word_embeddings": true,
      "use_sliding_window": false, "vocab_size": 151936}""";
  private static final String MISTRAL = """
      {"architectures": ["MistralForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
      "hidden_size": 4096, "initializer_range": 0.02, "intermediate_size": 14336,
      "max_position_embeddings": 32768, "model_type": "mistral", "num_attention_heads": 32,
      "num_hidden_layers": 32, "num_key_value_heads": 8, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
      "sliding_window": 4096, "tie_word_embeddings": false, "vocab_size": 32000}""";
  private static final String SMOLLM3 = """
      {"architectures": ["SmolLM3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
      "eos_token_id": 128012, "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 11008,
      "max_position_embeddings": 65536, "max_window_layers": 28, "mlp_bias": false, "model_type": "smollm3",
      "no_rope_layer_interval": 4, "num_attention_heads": 16, "num_hidden_layers": 36,
      "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 5000000.0,
      "sliding_window": null, "use_sliding_window": false, "vocab_size": 128256}""";
  private static final String PHI2 = """
      {"architectures": ["PhiForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 50256,
      "embd_pdrop": 0.0, "eos_token_id": 50256, "hidden_act": "gelu_new", "hidden_size": 2560,
      "intermediate_size": 10240, "layer_norm_eps": 1e-05, "max_position_embeddings": 2048,
      "model_type": "phi", "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32,
      "partial_rotary_factor": 0.4, "qk_layernorm": false, "resid_pdrop": 0.1, "rope_scaling": null,
      "rope_theta": 10000.0, "tie_word_embeddings": false, "vocab_size": 51200}""";
  private static final String PHI3 = """
      {"architectures": ["Phi3ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 1, "embd_pdrop": 0.0,
      "eos_token_id": 32000, "hidden_act": "silu", "hidden_size": 3072, "intermediate_size": 8192,
      "max_position_embeddings": 131072, "model_type": "phi3", "num_attention_heads": 32,
      "num_hidden_layers": 32, "num_key_value_heads": 32, "original_max_position_embeddings": 4096,
      "pad_token_id": 32000, "resid_pdrop": 0.0, "rms_norm_eps": 1e-05,
      "rope_scaling": {"long_factor": [%s], "short_factor": [%s], "type": "su"},
      "rope_theta": 10000.0, "sliding_window": 262144, "tie_word_embeddings": false, "vocab_size": 32064}"""
      .formatted(factors(), factors());
  private static final String GEMMA2 = """
      {"architectures": ["Gemma2ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
      "attn_logit_softcapping": 50.0, "bos_token_id": 2, "eos_token_id": 1, "final_logit_softcapping": 30.0,
      "head_dim": 256, "hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh",
      "hidden_size": 2304, "intermediate_size": 9216, "max_position_embeddings": 8192,
      "model_type": "gemma2", "num_attention_heads": 8, "num_hidden_layers": 26, "num_key_value_heads": 4,
      "query_pre_attn_scalar": 256, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "sliding_window": 4096,
      "vocab_size": 256000}""";
  private static final String GEMMA3 = """
      {"_sliding_window_pattern": 6, "architectures": ["Gemma3ForCausalLM"], "attention_bias": false,
      "attention_dropout": 0.0, "attn_logit_softcapping": null, "bos_token_id": 2, "eos_token_id": 1,
      "final_logit_softcapping": null, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
      "hidden_size": 640, "intermediate_size": 2048, "max_position_embeddings": 32768,
      "model_type": "gemma3_text", "num_attention_heads": 4, "num_hidden_layers": 18,
      "num_key_value_heads": 1, "query_pre_attn_scalar": 256, "rms_norm_eps": 1e-06,
      "rope_local_base_freq": 10000.0, "rope_scaling": null, "rope_theta": 1000000.0, "sliding_window": 512,
      "use_bidirectional_attention": false, "vocab_size": 262144}""";

  private static String factors() {
    return IntStream.range(0, 48).mapToObj(i -> "1.5").collect(Collectors.joining(","));
  }

  private static ModelConfig read(String json) {
    return ModelConfig.read(JsonCursor.of(Json.parse(json, "test"), "config.json"));
  }

  private static long parameters(ModelConfig config) {
    return Modules.parameters(CausalLm.declare(config)).values().stream()
        .mapToLong(param -> param.shape().elements()).sum();
  }

  @Test
  void modelsHaveTheParametersTheyAreKnownToHave() {
    assertEquals(124_439_808L, parameters(read(GPT2)));
    assertEquals(494_032_768L, parameters(read(QWEN25)));
    assertEquals(596_049_920L, parameters(read(QWEN3)));
    assertEquals(7_241_732_096L, parameters(read(MISTRAL)));
    assertEquals(3_075_098_624L, parameters(read(SMOLLM3)));
    assertEquals(2_779_683_840L, parameters(read(PHI2)));
    assertEquals(3_821_079_552L, parameters(read(PHI3)));
    assertEquals(2_614_341_888L, parameters(read(GEMMA2)));
    assertEquals(268_098_176L, parameters(read(GEMMA3)));
  }

  @Test
  void layersSlideAndTurnAsTheFilesSay() {
    assertTrue(read(MISTRAL).form().layers().stream().allMatch(layer -> layer.window() == 4096));
    assertTrue(read(QWEN25).form().layers().stream()
        .allMatch(layer -> layer.window() == AttentionRule.UNBOUNDED));
    var gemma2 = read(GEMMA2).form().layers();
    assertEquals(List.of(4096, AttentionRule.UNBOUNDED),
        List.of(gemma2.get(0).window(), gemma2.get(1).window()));
    var gemma3 = read(GEMMA3).form();
    assertEquals(new DecoderForm.LayerForm(OptionalInt.of(1), 512, 0.0625), gemma3.layers().get(4));
    assertEquals(new DecoderForm.LayerForm(OptionalInt.of(0), AttentionRule.UNBOUNDED, 0.0625),
        gemma3.layers().get(5));
    assertEquals(List.of(1_000_000.0, 10_000.0), gemma3.ropes().stream().map(RopeConfig::theta).toList());
    var smol = read(SMOLLM3).form().layers();
    assertEquals(9, smol.stream().filter(layer -> layer.rope().isEmpty()).count());
    assertTrue(smol.get(3).rope().isEmpty() && smol.get(4).rope().isPresent());
  }

  @Test
  void olderNamesAndDefaultsAreUnderstood() {
    assertEquals(0.4, read(PHI2).form().ropes().getFirst().rotatedShare());
    var rope = (RopeConfig.LongRope) read(PHI3).form().ropes().getFirst().scaling();
    assertEquals(4096, rope.originalMaxPositionEmbeddings());
    assertEquals(Math.sqrt(1 + Math.log(32) / Math.log(4096)), rope.attentionFactor(), 1e-12);
    assertFalse(read(PHI3).cacheLasts(4096, 4097));
    assertTrue(read(PHI3).cacheLasts(4097, 4098) && read(MISTRAL).cacheLasts(4096, 4097));
    assertTrue(read(SMOLLM3).tieWordEmbeddings() && read(GPT2).tieWordEmbeddings());
    assertTrue(read(GEMMA2).tieWordEmbeddings());
    assertEquals((double) (float) Math.sqrt(2304), read(GEMMA2).form().embeddingScale());
    assertEquals(30, read(GEMMA2).form().logitSoftCap());
  }

  /** Yarn-Llama-2 and Yarn-Mistral, the first files of Phi 3, GPT-2 saved without its head, LLaMA's first files. */
  @Test
  void whatTransformersPassesOverOrCallsOtherwiseIsTaken() {
    var yarn = MISTRAL.replace("\"rope_theta\"", """
        "rope_scaling": {"factor": 16.0, "finetuned": true, "original_max_position_embeddings": 8192,
        "type": "yarn"}, "rope_theta\"""");
    assertEquals(8192, ((RopeConfig.Yarn) read(yarn).form().ropes().getFirst().scaling())
        .originalMaxPositionEmbeddings());
    assertEquals(131_072, read(yarn).maxPositionEmbeddings());
    assertEquals(read(PHI3), read(PHI3.replace("\"su\"", "\"yarn\"")));
    assertEquals(read(GPT2), read(GPT2.replace("GPT2LMHeadModel", "GPT2Model")));
    assertEquals(read(MISTRAL), read(MISTRAL.replace("MistralForCausalLM", "MISTRALForCausalLM")));
    assertEquals(read(GPT2), read(GPT2.replace("gelu_new", "gelu_fast")));
    assertEquals(read(GEMMA3), read(GEMMA3.replace("_pattern\": 6", "_pattern\": 2")));
    assertEquals(74, read(QWEN25.replace("\"num_attention_heads\": 14", "\"num_attention_heads\": 12")).headDim());
  }

  @Test
  void lookupsLeaveTheEmbeddingOfThePaddingTokenAlone() {
    assertEquals(OptionalInt.of(32_000), read(PHI3).form().padding());
    assertEquals(OptionalInt.of(0), read(GEMMA2).form().padding());
    assertEquals(OptionalInt.empty(), read(GEMMA2.replace("\"head_dim\"", "\"pad_token_id\": null, \"head_dim\""))
        .form().padding());
    assertEquals(OptionalInt.of(31_999), read(MISTRAL.replace("\"eos_token_id\"",
        "\"pad_token_id\": -1, \"eos_token_id\"")).form().padding());
    assertEquals(OptionalInt.empty(), read(GPT2.replace("\"n_ctx\"", "\"pad_token_id\": 0, \"n_ctx\""))
        .form().padding());
  }

  @Test
  void anUnsupportedFamilyIsNamedAndTheSupportedAreListed() {
    var error = assertThrows(JsonException.class, () -> read(QWEN3.replace("qwen3", "mamba"))).getMessage();
    for (var part : List.of("\"mamba\"", "llama (LlamaForCausalLM)", "qwen3 (Qwen3ForCausalLM)",
        "gemma3_text (Gemma3ForCausalLM)", "phi3 (Phi3ForCausalLM)", "gpt2 (GPT2LMHeadModel)")) {
      assertTrue(error.contains(part), error);
    }
  }

  @Test
  void whatWouldChangeTheResultIsRefused() {
    var layers = QWEN3.replace("\"vocab_size\"", "\"layer_types\": [\"full_attention\"], \"vocab_size\"");
    assertTrue(assertThrows(JsonException.class, () -> read(layers)).getMessage().contains("28 layers"));
    var cross = GPT2.replace("\"n_ctx\"", "\"add_cross_attention\": true, \"n_ctx\"");
    assertTrue(assertThrows(JsonException.class, () -> read(cross)).getMessage().contains("add_cross"));
    var both = GEMMA3.replace("attention\": false,", "attention\": true,");
    assertTrue(assertThrows(JsonException.class, () -> read(both)).getMessage().contains("later tokens"));
    var rest = GPT2.replace("\"n_head\": 12", "\"n_head\": 7");
    assertTrue(assertThrows(JsonException.class, () -> read(rest)).getMessage().contains("a divisor of the hidden"));
    var wide = QWEN3.replace("\"head_dim\": 128", "\"head_dim\": 2000000000");
    assertTrue(assertThrows(JsonException.class, () -> read(wide)).getMessage().contains("2^31"));
    var wider = GPT2.replace("\"n_embd\": 768", "\"n_embd\": 1200000000");
    assertTrue(assertThrows(JsonException.class, () -> read(wider)).getMessage().contains("2^31"));
    var few = PHI3.replace("\"short_factor\": [1.5,", "\"short_factor\": [");
    assertTrue(assertThrows(JsonException.class, () -> read(few)).getMessage().contains("48"));
  }
}
