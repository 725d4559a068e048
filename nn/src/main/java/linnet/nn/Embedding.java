package linnet.nn;

import java.util.Arrays;
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
    var rows = rows(tape, weight.variable(), ids);
    return adapter.map(lora -> lora.apply(tape, rows, weight, rows(tape, lora.loraA().variable(), ids))).orElse(rows);
  }

  /** Rows of a table, those of padding as constants: c + learned · (row − c), where c is the row as it is. */
  private Variable rows(Tape tape, Variable table, int[] ids) {
    var indices = Variable.constant(tape.scope().ints(ids));
    var rows = tape.embedding(table, indices);
    if (padding.isEmpty() || !table.requiresGrad()) {
      return rows;
    }
    var learned = tape.scope().allocate(rows.value().dtype(), ids.length, 1);
    learned.copyFrom(Arrays.stream(ids).mapToDouble(id -> id == padding.getAsInt() ? 0 : 1).toArray());
    var constants = tape.embedding(Variable.constant(table.value()), indices);
    return tape.add(constants, tape.mul(tape.sub(rows, constants), Variable.constant(learned)));
  }
}
