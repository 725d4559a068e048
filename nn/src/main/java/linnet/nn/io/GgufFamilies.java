package linnet.nn.io;

import static linnet.nn.io.GgufFamily.Form.KEY_PAIRS;
import static linnet.nn.io.GgufFamily.Form.PLUS_ONE;
import static linnet.nn.io.GgufFamily.Form.QUERY_PAIRS;
import static linnet.nn.io.GgufFamily.Form.SAME;
import static linnet.nn.io.GgufFamily.Form.TRANSPOSED;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import linnet.nn.io.GgufFamily.Activation;
import linnet.nn.io.GgufFamily.Caps;
import linnet.nn.io.GgufFamily.Fields;
import linnet.nn.io.GgufFamily.Form;
import linnet.nn.io.GgufFamily.HeadSize;
import linnet.nn.io.GgufFamily.Rope;
import linnet.nn.io.GgufFamily.Tensor;
import linnet.nn.io.GgufFamily.Window;
import linnet.nn.io.GgufFamily.Window.Layers;

/**
 * The families that are read from and written to GGUF files. The conventions are those of llama.cpp's
 * converter and of its loaders, {@code src/models} of github.com/ggml-org/llama.cpp.
 */
public final class GgufFamilies {
  private static final String ARCHITECTURE = "general.architecture";
  private static final String RMS_EPSILON = "attention.layer_norm_rms_epsilon";
  private static final String LAYER_EPSILON = "attention.layer_norm_epsilon";
  private static final String LAYERS = "model.layers.";

  private static final Fields STANDARD = new Fields("hidden_size", "intermediate_size", "num_hidden_layers",
      "num_attention_heads", "max_position_embeddings", "rms_norm_eps", LAYERS);
  private static final Fields PHI = new Fields("hidden_size", "intermediate_size", "num_hidden_layers",
      "num_attention_heads", "max_position_embeddings", "layer_norm_eps", LAYERS);
  private static final Fields GPT2 = new Fields("n_embd", "n_inner", "n_layer", "n_head", "n_positions",
      "layer_norm_epsilon", "transformer.h.");
  private static final Activation SILU = new Activation("hidden_act", "silu");
  private static final Activation GEMMA_GELU = new Activation("hidden_activation", "gelu_pytorch_tanh");
  private static final Window NO_WINDOW = new Window(Layers.NONE, OptionalInt.empty(), 1, false);
  private static final Window ALL_IGNORED = new Window(Layers.ALL, OptionalInt.empty(), 1, false);
  private static final Window CHOSEN_IGNORED = new Window(Layers.CHOSEN, OptionalInt.empty(), 1, false);

  private static final Tensor EMBEDDING = whole("token_embd", "model.embed_tokens", SAME, false);
  private static final Tensor HEAD = whole("output", "lm_head", SAME, false);
  private static final Tensor NORM = whole("output_norm", "model.norm", SAME, false);
  private static final Tensor INPUT_NORM = layer("attn_norm", "input_layernorm", SAME, false);
  private static final Tensor MLP_NORM = layer("ffn_norm", "post_attention_layernorm", SAME, false);
  private static final Tensor OUTPUT = layer("attn_output", "self_attn.o_proj", SAME, false);
  private static final List<Tensor> ENDS = List.of(EMBEDDING, NORM, HEAD);
  private static final List<Tensor> NORMS = List.of(INPUT_NORM, MLP_NORM);
  private static final List<Tensor> MLP = mlp(false);
  private static final List<Tensor> QKV = queriesKeysValues(SAME, SAME, false);
  private static final List<Tensor> BIASED_QKV = queriesKeysValues(SAME, SAME, true);
  private static final List<Tensor> PAIRED_QKV = queriesKeysValues(QUERY_PAIRS, KEY_PAIRS, true);
  private static final List<Tensor> GEMMA_NORMS = List.of(
      whole("output_norm", "model.norm", PLUS_ONE, false),
      layer("attn_norm", "input_layernorm", PLUS_ONE, false),
      layer("post_attention_norm", "post_attention_layernorm", PLUS_ONE, false),
      layer("ffn_norm", "pre_feedforward_layernorm", PLUS_ONE, false),
      layer("post_ffw_norm", "post_feedforward_layernorm", PLUS_ONE, false));

  private static final List<Tensor> LLAMA_TENSORS = join(ENDS, NORMS, PAIRED_QKV,
      List.of(layer("attn_output", "self_attn.o_proj", SAME, true)), mlp(true));

  private static final List<GgufFamily> ALL = List.of(
      new GgufFamily("llama", "llama", "LlamaForCausalLM", STANDARD, RMS_EPSILON, SILU, HeadSize.OWN,
          Rope.WHOLE_WITH_FACTORS, NO_WINDOW, Caps.NONE, true, LLAMA_TENSORS),
      new GgufFamily("llama", "mistral", "MistralForCausalLM", STANDARD, RMS_EPSILON, SILU, HeadSize.OWN,
          Rope.WHOLE_WITH_FACTORS, ALL_IGNORED, Caps.NONE, false, LLAMA_TENSORS),
      new GgufFamily("smollm3", "smollm3", "SmolLM3ForCausalLM", STANDARD, RMS_EPSILON, SILU, HeadSize.OWN,
          Rope.WHOLE, CHOSEN_IGNORED, Caps.NONE, false,
          join(ENDS, NORMS, queriesKeysValues(QUERY_PAIRS, KEY_PAIRS, false), List.of(OUTPUT), MLP)),
      new GgufFamily("qwen2", "qwen2", "Qwen2ForCausalLM", STANDARD, RMS_EPSILON, SILU, HeadSize.QUOTIENT,
          Rope.WHOLE, CHOSEN_IGNORED, Caps.NONE, false, join(ENDS, NORMS, BIASED_QKV, List.of(OUTPUT), MLP)),
      new GgufFamily("qwen3", "qwen3", "Qwen3ForCausalLM", STANDARD, RMS_EPSILON, SILU, HeadSize.OWN,
          Rope.WHOLE, CHOSEN_IGNORED, Caps.NONE, false,
          join(ENDS, NORMS, QKV, headNorms(SAME), List.of(OUTPUT), MLP)),
      new GgufFamily("gpt2", "gpt2", "GPT2LMHeadModel", GPT2, LAYER_EPSILON,
          new Activation("activation_function", "gelu_new"), HeadSize.QUOTIENT, Rope.NONE, NO_WINDOW,
          Caps.NONE, false, List.of(
              whole("token_embd", "transformer.wte", SAME, false),
              whole("position_embd", "transformer.wpe", SAME, false),
              whole("output_norm", "transformer.ln_f", SAME, true), HEAD,
              layer("attn_norm", "ln_1", SAME, true),
              layer("attn_qkv", "attn.c_attn", TRANSPOSED, true),
              layer("attn_output", "attn.c_proj", TRANSPOSED, true),
              layer("ffn_norm", "ln_2", SAME, true),
              layer("ffn_up", "mlp.c_fc", TRANSPOSED, true),
              layer("ffn_down", "mlp.c_proj", TRANSPOSED, true))),
      new GgufFamily("phi2", "phi", "PhiForCausalLM", PHI, LAYER_EPSILON,
          new Activation("hidden_act", "gelu_new"), HeadSize.QUOTIENT, Rope.PARTIAL, NO_WINDOW, Caps.NONE,
          false, join(BIASED_QKV, List.of(EMBEDDING,
              whole("output_norm", "model.final_layernorm", SAME, true),
              whole("output", "lm_head", SAME, true),
              layer("attn_norm", "input_layernorm", SAME, true),
              layer("attn_output", "self_attn.dense", SAME, true),
              layer("ffn_up", "mlp.fc1", SAME, true),
              layer("ffn_down", "mlp.fc2", SAME, true)))),
      new GgufFamily("phi3", "phi3", "Phi3ForCausalLM", STANDARD, RMS_EPSILON, SILU, HeadSize.QUOTIENT,
          Rope.PARTIAL_WITH_FACTORS, ALL_IGNORED, Caps.NONE, false, join(ENDS, NORMS, List.of(
              layer("attn_qkv", "self_attn.qkv_proj", SAME, false), OUTPUT,
              layer("ffn_up", "mlp.gate_up_proj", SAME, false),
              layer("ffn_down", "mlp.down_proj", SAME, false)))),
      new GgufFamily("gemma2", "gemma2", "Gemma2ForCausalLM", STANDARD, RMS_EPSILON, GEMMA_GELU, HeadSize.OWN,
          Rope.WHOLE, new Window(Layers.PERIODIC, OptionalInt.of(4096), 2, true), Caps.BOTH, false,
          join(List.of(EMBEDDING, OUTPUT), GEMMA_NORMS, QKV, MLP)),
      new GgufFamily("gemma3", "gemma3_text", "Gemma3ForCausalLM", STANDARD, RMS_EPSILON, GEMMA_GELU,
          HeadSize.OWN, Rope.GLOBAL_AND_LOCAL, new Window(Layers.PERIODIC, OptionalInt.empty(), 6, true),
          Caps.LOGITS, false,
          join(List.of(EMBEDDING, HEAD, OUTPUT), GEMMA_NORMS, QKV, headNorms(PLUS_ONE), MLP)));

  private GgufFamilies() {}

  /** The family of a {@code model_type}; empty where GGUF has no place for it. */
  public static Optional<GgufFamily> ofModelType(String modelType) {
    return ALL.stream().filter(family -> family.modelType().equals(modelType)).findFirst();
  }

  /**
   * The family that a file is of: of those with its architecture, the one whose window is as in the file.
   *
   * @throws ModelFormatException if there is none
   */
  static GgufFamily of(GgufMetadata metadata) {
    String architecture = metadata.text(ARCHITECTURE).orElseThrow(() -> metadata.missing(ARCHITECTURE));
    var families = ALL.stream().filter(family -> family.architecture().equals(architecture)).toList();
    if (families.isEmpty()) {
      throw new ModelFormatException(metadata.file(), ARCHITECTURE, "found " + architecture
          + ", expected a supported architecture: " + ALL.stream().map(GgufFamily::architecture).distinct()
          .collect(Collectors.joining(", ")));
    }
    boolean slides = metadata.integer(families.getFirst().key(GgufConfig.WINDOW)).orElse(0) > 0;
    return families.stream().filter(family -> slides == (family.window().layers() != Layers.NONE))
        .findFirst().orElse(families.getFirst());
  }

  private static Tensor whole(String gguf, String huggingFace, Form form, boolean bias) {
    return new Tensor(gguf, huggingFace, false, form, bias);
  }

  private static Tensor layer(String gguf, String huggingFace, Form form, boolean bias) {
    return new Tensor(gguf, huggingFace, true, form, bias);
  }

  private static List<Tensor> queriesKeysValues(Form queries, Form keys, boolean bias) {
    return List.of(layer("attn_q", "self_attn.q_proj", queries, bias),
        layer("attn_k", "self_attn.k_proj", keys, bias), layer("attn_v", "self_attn.v_proj", SAME, bias));
  }

  private static List<Tensor> headNorms(Form form) {
    return List.of(layer("attn_q_norm", "self_attn.q_norm", form, false),
        layer("attn_k_norm", "self_attn.k_norm", form, false));
  }

  private static List<Tensor> mlp(boolean bias) {
    return List.of(layer("ffn_gate", "mlp.gate_proj", SAME, bias), layer("ffn_up", "mlp.up_proj", SAME, bias),
        layer("ffn_down", "mlp.down_proj", SAME, bias));
  }

  @SafeVarargs
  private static List<Tensor> join(List<Tensor>... lists) {
    return Stream.of(lists).flatMap(List::stream).toList();
  }
}
