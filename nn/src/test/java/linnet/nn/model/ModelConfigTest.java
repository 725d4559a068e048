package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import linnet.nn.Golden;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
  private static final Json.Obj LLAMA = Golden.json("models/llama/config.json").asObject();

  private static ModelConfig read(Json json) {
    return ModelConfig.read(JsonCursor.of(json, "config.json"));
  }

  private static ModelConfig with(String field, String value) {
    return read(LLAMA.toBuilder().put(field, Json.parse(value, "test")).build());
  }

  private static ModelConfig without(String field) {
    return read(LLAMA.toBuilder().remove(field).build());
  }

  private static String error(String field, String value) {
    return assertThrows(JsonException.class, () -> with(field, value)).getMessage();
  }

  @Test
  void newAndOldFilesSayTheSame() {
    var config = read(LLAMA);
    assertEquals(config, ModelConfig.read(Golden.path("models/llama/config.legacy.json")));
    assertEquals(List.of(131, 48, 101, 2, 6, 2, 8, 64), List.of(config.vocabSize(), config.hiddenSize(),
        config.intermediateSize(), config.numHiddenLayers(), config.numAttentionHeads(),
        config.numKeyValueHeads(), config.headDim(), config.maxPositionEmbeddings()));
    assertEquals(new NormKind.Rms(1e-5, 0), config.form().norm());
    assertEquals(List.of(new RopeConfig(10_000, new RopeConfig.Unscaled())), config.form().ropes());
    assertEquals(List.of(2), config.eosTokenIds());
  }

  @Test
  void biasesAndTiesAreRead() {
    var biased = ModelConfig.read(Golden.path("models/llama-biased/config.json"));
    assertEquals(List.of(2, 3), biased.eosTokenIds());
    var attention = biased.form().attention();
    assertTrue(attention.inputBias() && attention.outputBias() && biased.form().mlp().bias()
        && biased.tieWordEmbeddings());
  }

  @Test
  void missingFieldsHaveTransformersDefaults() {
    assertEquals(8, without("head_dim").headDim());
    assertEquals(6, without("num_key_value_heads").numKeyValueHeads());
    assertFalse(without("tie_word_embeddings").tieWordEmbeddings());
    assertEquals(new NormKind.Rms(1e-6, 0), without("rms_norm_eps").form().norm());
    assertEquals(10_000, without("rope_parameters").form().ropes().getFirst().theta());
    assertEquals(Optional.empty(), without("bos_token_id").bosTokenId());
    assertEquals(List.of(), without("eos_token_id").eosTokenIds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
      "num_attention_heads", "model_type"})
  void fieldsWithoutADefaultAreRequired(String field) {
    var error = assertThrows(JsonException.class, () -> without(field));
    assertTrue(error.getMessage().contains("\"" + field + "\""), error.getMessage());
  }

  @Test
  void theOlderLinearScalingIsRead() {
    var old = LLAMA.toBuilder().remove("rope_parameters").put("rope_theta", 500.0)
        .put("rope_scaling", Json.parse("{\"type\": \"linear\", \"factor\": 2.0}", "test")).build();
    assertEquals(new RopeConfig(500, new RopeConfig.Linear(2)), read(old).form().ropes().getFirst());
  }

  /** As somebody writes it who follows a model card; transformers takes it, and theta from beside it, too. */
  @Test
  void anOlderScalingInANewerFileCounts() {
    assertEquals(List.of(new RopeConfig(10_000, new RopeConfig.Linear(4))),
        with("rope_scaling", "{\"rope_type\": \"linear\", \"factor\": 4.0}").form().ropes());
    assertEquals(read(LLAMA), with("rope_scaling", "null"));
  }

  @Test
  void fieldsThatChangeNothingAreTaken() {
    var whole = "{\"rope_type\": \"default\", \"rope_theta\": 10000.0, \"partial_rotary_factor\": 1.0}";
    assertEquals(read(LLAMA), with("rope_parameters", whole));
    assertEquals(read(LLAMA), with("attention_dropout", "0"));
    assertEquals(read(LLAMA), with("quantization_config", "null"));
    assertEquals(read(LLAMA), with("is_causal", "true"));
    assertEquals(read(LLAMA), with("a_field_of_the_future", "1"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "model_type | \"bloom\" | supported model_type: llama (LlamaForCausalLM)",
      "architectures | [\"LlamaForSequenceClassification\"] | LlamaForCausalLM",
      "hidden_act | \"mish\" | \"silu\"",
      "attention_dropout | 0.1 | attention_dropout",
      "quantization_config | {\"bits\": 4} | quantization_config",
      "is_causal | false | is_causal",
      "per_layer_config | {\"1\": {\"num_key_value_heads\": 1}} | per_layer_config",
      "partial_rotary_factor | 0.5 | partial_rotary_factor",
      "num_key_value_heads | 4 | a divisor of num_attention_heads, 6",
      "head_dim | 7 | an even number",
      "vocab_size | 0 | a whole number of at least 1",
      "rms_norm_eps | -1 | a number above 0",
      "rope_parameters | {\"rope_type\": \"axial\"} | [default, dynamic, linear, llama3, longrope, yarn]",
      "rope_parameters | {\"rope_type\": \"linear\"} | \"factor\"",
      "rope_parameters | {\"rope_type\": \"default\", \"beta_fast\": 3} | rope_parameters.beta_fast",
      "rope_parameters | {\"rope_theta\": 0} | rope_parameters.rope_theta",
      "rope_parameters | {\"partial_rotary_factor\": 0.5} | rope_parameters.partial_rotary_factor",
      "eos_token_id | \"x\" | eos_token_id",
  })
  void whatCannotBeHonouredIsRefusedByName(String field, String value, String part) {
    var message = error(field, value);
    assertTrue(message.startsWith("config.json: ") && message.contains(part), message);
  }
}
