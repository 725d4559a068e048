package linnet.nn;

import java.util.Optional;
import java.util.OptionalInt;
import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * A row of features for each id.
 *
 * @param weight (V,D)
 * @param padding the id whose row no lookup trains, as PyTorch's {@code padding_idx}: where it is a row of zeros, as
 *     after transformers' initialisation, the norm behind it would send back a gradient thousands of times too large
 * @param adapter a low-rank update of it
 */
public record Embedding(Param weight, OptionalInt padding, @Key("") Optional<LoraEmbedding> adapter)
    implements Module {
  /** A table without an adapter. */
  public Embedding(Param weight, OptionalInt padding) {
    this(weight, padding, Optional.empty());
  }

  /** A table all of whose rows train. */
  public Embedding(Param weight) {
    this(weight, OptionalInt.empty());
  }

  /** The same table with an adapter. */
  public Embedding with(LoraEmbedding lora) {
    return new Embedding(weight, padding, Optional.of(lora));
  }

  /**
   * Looks the ids up.
   *
   * @param ids T of them
   * @return (T,D)
   */
  public Variable forward(Tape tape, int[] ids) {
    var indices = Variable.constant(tape.scope().ints(ids));
    var rows = tape.embedding(weight.variable(), indices, padding);
    return adapter.map(lora -> lora.apply(tape, rows, weight,
        tape.embedding(lora.loraA().variable(), indices, padding))).orElse(rows);
  }
}
