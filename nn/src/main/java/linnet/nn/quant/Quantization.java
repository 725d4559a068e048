package linnet.nn.quant;

import linnet.tensor.DType;

/**
 * What the weights of a model's projections become when it is loaded. Embeddings, norms, biases and the
 * output head stay as they are stored, as they do in transformers.
 */
public enum Quantization {
  /** They stay as they are stored. */
  NONE("none"),
  /** 4 bits with doubly quantised scales: {@code load_in_4bit} with {@code nf4} and double quantisation. */
  NF4("nf4"),
  /**
   * 8 bits, a scale for each row: the weights of bitsandbytes' {@code load_in_8bit}. Inputs are not
   * quantised, so that none needs the treatment of outliers.
   */
  INT8("int8");

  private final String label;

  Quantization(String label) {
    this.label = label;
  }

  /** The name that users give it by. */
  public String label() {
    return label;
  }

  /**
   * What weights are stored as.
   *
   * @throws IllegalStateException for {@link #NONE}
   */
  public DType dtype() {
    return switch (this) {
      case NONE -> throw new IllegalStateException("weights that are not quantised keep their own type");
      case NF4 -> DType.NF4;
      case INT8 -> DType.INT8;
    };
  }
}
