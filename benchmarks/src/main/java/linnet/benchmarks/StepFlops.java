package linnet.benchmarks;

import java.util.List;
import linnet.nn.model.ModelConfig;
import linnet.sft.data.EncodedRow;

/**
 * The floating-point operations that a training step of a Llama cannot do without; what an implementation
 * recomputes is not counted. A multiply-add is two.
 *
 * @param config the model's sizes
 * @param rank of the adapters on every projection; 0 where all weights train
 */
public record StepFlops(ModelConfig config, int rank) {
  /** Operations of one step over rows that attend to themselves only. */
  public double of(List<EncodedRow> rows) {
    double tokens = rows.stream().mapToInt(EncodedRow::inputTokens).sum();
    double pairs = rows.stream().mapToDouble(row -> row.inputTokens() * (row.inputTokens() + 1.0) / 2).sum();
    double trained = rows.stream().mapToInt(EncodedRow::trainedTokens).sum();
    return projections(tokens) + attention(pairs) + head(trained);
  }

  private double projections(double tokens) {
    double hidden = config.hiddenSize();
    double q = (double) config.numAttentionHeads() * config.headDim();
    double kv = (double) config.numKeyValueHeads() * config.headDim();
    double wide = config.intermediateSize();
    double first = hidden * (q + 2 * kv); // q, k and v
    double layer = first + q * hidden + 3 * hidden * wide;
    double layers = config.numHiddenLayers();
    if (rank == 0) { // forward, inputs' gradients, weights' gradients
      return 2 * tokens * 3 * layers * layer;
    }
    // Nothing before the first layer trains, so that its q, k and v need no gradient of their input.
    double base = 2 * tokens * (2 * layers * layer - first);
    double in = hidden * 3 + q + 2 * hidden + wide; // inputs of q, k, v; of o; of gate, up; of down
    double out = q + 2 * kv + hidden + 2 * wide + hidden;
    // forward x·Aᵀ and u·Bᵀ; backward dy·B, dyᵀ·u, duᵀ·x and du·A
    double adapters = 2 * tokens * rank * (layers * (3 * in + 3 * out) - 3 * hidden);
    return base + adapters;
  }

  /** q·kᵀ and p·v forward; the gradients of p, v, q and k backward. */
  private double attention(double pairs) {
    double product = 2 * pairs * config.numAttentionHeads() * config.headDim();
    return config.numHiddenLayers() * 6 * product;
  }

  private double head(double trained) {
    double product = 2 * trained * config.vocabSize() * config.hiddenSize();
    return (rank == 0 ? 3 : 2) * product;
  }
}
