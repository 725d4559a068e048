package linnet.nn.model;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Module;
import linnet.nn.OutputHead;
import linnet.tensor.Backend;
import linnet.tensor.DType;

/** A decoder that predicts each next token. */
public interface CausalLm extends Module {
  /** Its hyper-parameters. */
  ModelConfig config();

  /**
   * The features after the final norm.
   *
   * @return (W,D), of the batch's {@linkplain FlatBatch#wanted wanted} tokens
   * @throws IllegalArgumentException if an id is not in the vocabulary or a row is longer than the model's
   *     positions
   */
  Variable hidden(Tape tape, FlatBatch batch);

  /**
   * The features of the next tokens of one row, whose keys and values are added to the cache.
   *
   * @param tape one that records nothing: no gradient flows into a cache
   * @param batch see {@link FlatBatch#continuing}
   * @return (W,D), of the wanted ones
   * @throws IllegalArgumentException as without a cache
   */
  Variable hidden(Tape tape, FlatBatch batch, KvCache cache);

  /** What turns features into logits; a tied one has the embedding's own weight. */
  OutputHead outputHead();

  /** What computes it. */
  default Backend backend() {
    return outputHead().weight().value().backend();
  }

  /** The dtype of activations: F32, or F64 for a model of F64 weights. */
  DType dtype();

  /** logits(T,V) of features (T,D). Losses use fused operations, which never hold logits of all tokens. */
  default Variable logits(Tape tape, Variable hidden) {
    return outputHead().logits(tape, hidden);
  }

  /** A model whose parameters are declared only: their names and shapes are known, their values are not. */
  static CausalLm declare(ModelConfig config) {
    return DecoderLm.declare(config);
  }
}
