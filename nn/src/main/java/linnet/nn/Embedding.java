package linnet.nn;

import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Tensor;

/**
 * A row of features for each id.
 *
 * @param weight (V,D)
 * @param adapter a low-rank update of it
 */
public record Embedding(Param weight, @Key("") Optional<LoraEmbedding> adapter) implements Module {
  /** A table without an adapter. */
  public Embedding(Param weight) {
    this(weight, Optional.empty());
  }

  /**
   * Looks the ids up.
   *
   * @param ids (T), I32
   * @return (T,D)
   */
  public Variable forward(Tape tape, Tensor ids) {
    var indices = Variable.constant(ids);
    var rows = tape.embedding(weight.variable(), indices);
    return adapter.map(lora -> lora.apply(tape, rows, weight, indices)).orElse(rows);
  }
}
