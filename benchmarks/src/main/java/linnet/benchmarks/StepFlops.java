package linnet.benchmarks;

import java.util.List;
import linnet.nn.model.ModelConfig;
import linnet.sft.data.EncodedRow;

/**
 * The floating-point operations that a training step of a Llama cannot do without; what an implementation
 * recomputes is not counted. A multiply-add is two.
 *
 * @param config the model's sizes, of at least two layers
 * @param rank of the adapters on every projection; 0 where all weights train
 */
public record StepFlops(ModelConfig config, int rank) {
  /** Refuses a model whose only layer is the first and the last. */
  public StepFlops {
    if (config.numHiddenLayers() < 2) {
      throw new IllegalArgumentException("a model of " + config.numHiddenLayers() + " layers: expected two at least");
    }
  }

  /** Operations of one step over rows that attend to themselves only. */
  public double of(List<EncodedRow> rows) {
    double tokens = rows.stream().mapToInt(EncodedRow::inputTokens).sum();
    double pairs = rows.stream().mapToDouble(row -> row.inputTokens() * (row.inputTokens() + 1.0) / 2).sum();
    double trained = rows.stream().mapToInt(EncodedRow::trainedTokens).sum();
    double seen = rows.stream().flatMapToInt(row -> row.trained().stream()).sum(); // token t - 1 sees t
    return projections(tokens, trained) + attention(pairs, seen) + head(trained);
  }

  /** Of the last layer only keys and values are needed of tokens that predict no target. */
  private double projections(double tokens, double trained) {
    double hidden = config.hiddenSize();
    double q = (double) config.numAttentionHeads() * config.headDim();
    double kv = (double) config.numKeyValueHeads() * config.headDim();
    double wide = config.intermediateSize();
    double ofKeys = config.numHiddenLayers() * tokens; // tokens of all layers
    double ofOthers = ofKeys - tokens + trained;
    double weights = ofKeys * hidden * 2 * kv + ofOthers * hidden * (2 * q + 3 * wide);
    if (rank == 0) { // forward, inputs' gradients, weights' gradients
      return 2 * 3 * weights;
    }
    // Nothing before the first layer trains, so that its q, k and v need no gradient of their input.
    double base = 2 * (2 * weights - tokens * hidden * (q + 2 * kv));
    double features = ofKeys * 2 * (hidden + kv) // in and out of k and v; then of q, o, gate, up and down
        + ofOthers * (hidden + q + q + hidden + 2 * (hidden + wide) + wide + hidden);
    // forward x·Aᵀ and u·Bᵀ; backward dy·B, dyᵀ·u, duᵀ·x and du·A
    double adapters = 2 * rank * (3 * features - tokens * 3 * hidden);
    return base + adapters;
  }

  /** q·kᵀ and p·v forward; the gradients of p, v, q and k backward. */
  private double attention(double pairs, double seen) {
    double ofLayers = (config.numHiddenLayers() - 1) * pairs + seen;
    return 6 * 2 * ofLayers * config.numAttentionHeads() * config.headDim();
  }

  private double head(double trained) {
    double product = 2 * trained * config.vocabSize() * config.hiddenSize();
    return (rank == 0 ? 3 : 2) * product;
  }
}
