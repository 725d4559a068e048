package linnet.nn.io;

/** The names of the files of a Hugging Face model folder. */
public final class ModelFiles {
  /** Hyper-parameters. */
  public static final String CONFIG = "config.json";
  /** Defaults of generation, such as further stop tokens. */
  public static final String GENERATION_CONFIG = "generation_config.json";
  /** Weights in one file. */
  public static final String WEIGHTS = "model.safetensors";
  /** Which shard holds which weight. */
  public static final String INDEX = "model.safetensors.index.json";
  /** The tokenizer. */
  public static final String TOKENIZER = "tokenizer.json";
  /** Special tokens, and in older models the chat template. */
  public static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  /** The chat template by itself. */
  public static final String CHAT_TEMPLATE = "chat_template.jinja";
  /** What makes a folder an adapter's, in PEFT's layout, and not a model's. */
  public static final String ADAPTER_CONFIG = "adapter_config.json";

  private ModelFiles() {}
}
