package linnet.nn.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.tensor.DType;

/** A GGUF file of a Llama of one layer: hidden 32, 4 heads and 2 key/value heads of 8, 5 tokens, tied. */
public final class TinyLlama {
  /** Its tokenizer. */
  public static final GgufTokenizer TOKENIZER = new GgufTokenizer("gpt2", Optional.of("smollm"),
      List.of("<s>", "</s>", "a", "b", "ab"), List.of(3, 3, 1, 1, 1), List.of("a b"), OptionalInt.of(0),
      OptionalInt.of(1), OptionalInt.empty(), OptionalInt.of(1), Optional.of(false), Optional.empty(),
      Optional.empty());

  private TinyLlama() {}

  /** Its metadata, to be changed. */
  public static LinkedHashMap<String, GgufValue> metadata() {
    var values = new LinkedHashMap<String, GgufValue>();
    values.put("general.architecture", GgufValue.text("llama"));
    Map.of("block_count", 1, "context_length", 64, "embedding_length", 32, "feed_forward_length", 64,
            "attention.head_count", 4, "attention.head_count_kv", 2, "rope.dimension_count", 8)
        .forEach((key, value) -> values.put("llama." + key, GgufValue.uint32(value)));
    values.put("llama.attention.layer_norm_rms_epsilon", GgufValue.float32(1e-5));
    values.put("llama.rope.freq_base", GgufValue.float32(10_000));
    values.putAll(TOKENIZER.toMetadata());
    values.put("tokenizer.chat_template", GgufValue.text("{{ messages }}"));
    return values;
  }

  /** Its tensors. */
  public static List<OutgoingTensor> tensors() {
    var tensors = new ArrayList<OutgoingTensor>();
    tensors.add(Bytes.counting("token_embd.weight", DType.Q8_0, 1, 5, 32));
    tensors.add(Bytes.counting("output_norm.weight", DType.F32, 2, 32));
    tensors.add(Bytes.counting("blk.0.attn_norm.weight", DType.F32, 3, 32));
    tensors.add(Bytes.counting("blk.0.attn_q.weight", DType.Q4_1, 4, 32, 32));
    tensors.add(Bytes.counting("blk.0.attn_k.weight", DType.Q4_0, 5, 16, 32));
    tensors.add(Bytes.counting("blk.0.attn_v.weight", DType.F16, 6, 16, 32));
    tensors.add(Bytes.counting("blk.0.attn_output.weight", DType.BF16, 7, 32, 32));
    tensors.add(Bytes.counting("blk.0.ffn_norm.weight", DType.F32, 8, 32));
    tensors.add(Bytes.counting("blk.0.ffn_gate.weight", DType.Q8_0, 9, 64, 32));
    tensors.add(Bytes.counting("blk.0.ffn_up.weight", DType.Q8_0, 10, 64, 32));
    tensors.add(Bytes.counting("blk.0.ffn_down.weight", DType.Q8_0, 11, 32, 64));
    return tensors;
  }

  /** Writes the file. */
  public static void writeGguf(Path file) {
    GgufWriter.write(file, new GgufMetadata(file.toString(), metadata()), tensors());
  }
}
