package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import linnet.nn.Golden;
import linnet.nn.json.Json;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSourceTest {
  @TempDir
  Path folder;

  @Test
  void opensAFolderAndItsFile() {
    var file = Golden.path("models/llama/model.safetensors");
    for (var path : List.of(file, file.getParent())) {
      try (var model = ModelSource.open(path)) {
        assertEquals(48, model.config().at("hidden_size").asInt());
        assertEquals(21, model.tensors().specs().size());
        assertEquals(file.getParent(), model.path());
        assertEquals(Optional.empty(), model.chatTemplate());
        assertEquals(Optional.empty(), model.generationConfig());
      }
    }
  }

  @Test
  void findsTheTemplateWhereverItIs() throws IOException {
    Files.copy(Golden.path("models/llama/model.safetensors"), folder.resolve(ModelFiles.WEIGHTS));
    try (var model = ModelSource.open(folder)) {
      Files.writeString(folder.resolve(ModelFiles.TOKENIZER_CONFIG), "{\"chat_template\": \"old\"}");
      assertEquals(Optional.of("old"), model.chatTemplate());
      Files.writeString(folder.resolve(ModelFiles.TOKENIZER_CONFIG), "{\"chat_template\": ["
          + "{\"name\": \"rag\", \"template\": \"r\"}, {\"name\": \"default\", \"template\": \"d\"}]}");
      assertEquals(Optional.of("d"), model.chatTemplate());
      Files.writeString(folder.resolve(ModelFiles.CHAT_TEMPLATE), "new\n");
      assertEquals(Optional.of("new\n"), model.chatTemplate());
    }
  }

  @Test
  void seesAGgufFileThroughHuggingFacesEyes() {
    var file = folder.resolve("model.bin");
    TinyLlama.writeGguf(file);
    try (var model = ModelSource.open(file)) {
      assertEquals("""
          {"architectures":["LlamaForCausalLM"],"attention_bias":false,"bos_token_id":0,"eos_token_id":1,\
          "head_dim":8,"hidden_act":"silu","hidden_size":32,"intermediate_size":64,\
          "max_position_embeddings":64,"mlp_bias":false,"model_type":"llama","num_attention_heads":4,\
          "num_hidden_layers":1,"num_key_value_heads":2,"pad_token_id":1,"rms_norm_eps":1e-05,\
          "rope_scaling":null,"rope_theta":10000.0,"tie_word_embeddings":true,"torch_dtype":"float32",\
          "vocab_size":5}""", model.config().value().compact());
      assertEquals(Optional.of("{{ messages }}"), model.chatTemplate());
      assertEquals(Optional.of(TinyLlama.TOKENIZER), ((GgufModel) model).tokenizer());
      var names = new ArrayList<>(model.tensors().specs().keySet());
      assertEquals(11, names.size());
      assertEquals("model.embed_tokens.weight", names.getFirst());
      assertEquals(DType.Q8_0, model.tensors().get("model.embed_tokens.weight").dtype());
      var q = model.tensors().get("model.layers.0.self_attn.q_proj.weight");
      var raw = ((GgufModel) model).file().get("blk.0.attn_q.weight");
      assertArrayEquals(row(raw, 2), row(q, 1));
      assertArrayEquals(row(raw, 8 + 1), row(q, 8 + 4));
      assertSame(q, model.tensors().get("model.layers.0.self_attn.q_proj.weight"));
    }
  }

  private static byte[] row(StoredTensor tensor, int row) {
    return Arrays.copyOfRange(Bytes.of(tensor), row * 20, (row + 1) * 20);
  }

  @Test
  void refusesFilesThatAreNoModels() throws IOException {
    assertThrows(UncheckedIOException.class, () -> ModelSource.open(folder.resolve("none")));
    var empty = assertThrows(ModelFormatException.class, () -> ModelSource.open(folder));
    assertTrue(empty.getMessage().contains("found neither model.safetensors nor"), empty.getMessage());
    Files.writeString(folder.resolve("adapter_config.json"), "{}");
    var adapter = assertThrows(ModelFormatException.class, () -> ModelSource.open(folder));
    assertTrue(adapter.getMessage().contains("found an adapter, expected a whole model"), adapter.getMessage());
    var text = Files.writeString(folder.resolve("notes.txt"), "hello");
    var other = assertThrows(ModelFormatException.class, () -> ModelSource.open(text));
    assertTrue(other.getMessage().contains("found a file of another kind"), other.getMessage());
  }

  @Test
  void refusesGgufFilesThatAreNoLlama() {
    refuses(values -> values.put("general.architecture", GgufValue.text("mamba")),
        "general.architecture: found mamba, expected a supported architecture: llama, smollm3,");
    refuses(values -> values.put("general.type", GgufValue.text("adapter")),
        "model.gguf: found an adapter of rank 0 in GGUF, which llama.cpp");
    refuses(values -> values.remove("general.architecture"), "general.architecture: found no such key");
    refuses(values -> values.remove("llama.block_count"), "llama.block_count: found no such key");
    refuses(values -> values.put("llama.attention.head_count", GgufValue.uint32(0)),
        "llama.attention.head_count: found 0, expected 1 to 2147483647");
    refuses(values -> values.put("llama.attention.head_count", GgufValue.uint32(5)),
        "llama.rope.dimension_count: found 8, expected 6, the features of a head");
    refuses(values -> values.put("llama.vocab_size", GgufValue.uint32(6)),
        "llama.vocab_size: found 6, expected 5");
    refuses(values -> values.put("llama.rope.scaling.type", GgufValue.text("ntk")),
        "llama.rope.scaling.type: found ntk, expected none, linear, yarn or longrope");
    refuses(values -> values.put("tokenizer.ggml.bos_token_id", GgufValue.uint32(5)),
        "tokenizer.ggml.bos_token_id: found 5, expected the id of one of the 5 tokens");
  }

  private void refuses(Consumer<LinkedHashMap<String, GgufValue>> change, String message) {
    var values = TinyLlama.metadata();
    change.accept(values);
    var file = folder.resolve("model.gguf");
    GgufWriter.write(file, new GgufMetadata("test", values), TinyLlama.tensors());
    var error = assertThrows(ModelFormatException.class, () -> ModelSource.open(file));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void refusesTensorsThatALlamaLacks() {
    var tensors = new ArrayList<>(TinyLlama.tensors());
    tensors.add(Bytes.counting("blk.0.ffn_gate_exps.weight", DType.F32, 0, 4));
    var file = folder.resolve("model.gguf");
    GgufWriter.write(file, new GgufMetadata("test", TinyLlama.metadata()), tensors);
    var error = assertThrows(ModelFormatException.class, () -> ModelSource.open(file));
    var expected = "blk.0.ffn_gate_exps.weight: found a tensor that a llama does not have";
    assertTrue(error.getMessage().contains(expected), error.getMessage());
  }

  @Test
  void readsRotaryScalings() {
    var values = TinyLlama.metadata();
    values.put("llama.rope.scaling.type", GgufValue.text("linear"));
    values.put("llama.rope.scaling.factor", GgufValue.float32(2.5));
    var file = folder.resolve("model.gguf");
    GgufWriter.write(file, new GgufMetadata("test", values), TinyLlama.tensors());
    try (var model = ModelSource.open(file)) {
      assertEquals(Json.parse("{\"rope_type\": \"linear\", \"factor\": 2.5}", "expected"),
          model.config().at("rope_scaling").value());
    }
  }
}
