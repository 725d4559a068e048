package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import linnet.nn.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTensorNamesTest {
  @ParameterizedTest
  @CsvSource({
      "token_embd.weight, model.embed_tokens.weight",
      "output_norm.weight, model.norm.weight",
      "output.weight, lm_head.weight",
      "blk.0.attn_norm.weight, model.layers.0.input_layernorm.weight",
      "blk.17.attn_q.weight, model.layers.17.self_attn.q_proj.weight",
      "blk.1.attn_q.bias, model.layers.1.self_attn.q_proj.bias",
      "blk.2.attn_k.weight, model.layers.2.self_attn.k_proj.weight",
      "blk.2.attn_v.weight, model.layers.2.self_attn.v_proj.weight",
      "blk.2.attn_output.weight, model.layers.2.self_attn.o_proj.weight",
      "blk.2.ffn_norm.weight, model.layers.2.post_attention_layernorm.weight",
      "blk.2.ffn_gate.weight, model.layers.2.mlp.gate_proj.weight",
      "blk.2.ffn_up.weight, model.layers.2.mlp.up_proj.weight",
      "blk.2.ffn_down.weight, model.layers.2.mlp.down_proj.weight"})
  void translatesBothWays(String gguf, String huggingFace) {
    assertEquals(Optional.of(huggingFace), LlamaTensorNames.toHuggingFace(gguf));
    assertEquals(Optional.of(gguf), LlamaTensorNames.toGguf(huggingFace));
  }

  @ParameterizedTest
  @ValueSource(strings = {"blk.01.attn_q.weight", "blk.1.attn_q", "blk.1.ffn_gate_exps.weight",
      "blk.x.attn_q.weight", "rope_freqs.weight", "", "model.norm.weight"})
  void knowsNoOther(String gguf) {
    assertEquals(Optional.empty(), LlamaTensorNames.toHuggingFace(gguf));
  }

  @Test
  void coversAWholeModel() {
    try (var file = SafetensorsFile.open(Golden.path("models/llama/model.safetensors"))) {
      for (String name : file.specs().keySet()) {
        var gguf = LlamaTensorNames.toGguf(name).orElseThrow();
        assertEquals(Optional.of(name), LlamaTensorNames.toHuggingFace(gguf));
      }
    }
  }
}
