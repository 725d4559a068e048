package linnet.nn.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.ForwardKeys;
import linnet.nn.model.RotaryEmbedding.Angles;
import linnet.tensor.Segments;

/**
 * The tokens that a layer is computed of. Keys and values are always those of all tokens; queries, and what
 * follows from them, are of these alone. All but the last layer compute every token, since each feeds the
 * next one's keys and values.
 *
 * @param tokens their places in the batch, ascending; empty if they are all
 * @param rows which keys they see
 * @param angles of their positions, for each of the model's rotary embeddings
 * @param keys what dropout draws from
 */
record Queries(Optional<Variable> tokens, Segments rows, List<Angles> angles, ForwardKeys keys) {
  /** Every token. */
  static Queries all(Segments rows, List<Angles> angles, ForwardKeys keys) {
    return new Queries(Optional.empty(), rows, angles, keys);
  }

  /** Of every row the tokens from {@code firsts} on, which are places in the batch. */
  Queries from(Tape tape, int... firsts) {
    int[] tails = IntStream.range(0, rows.rows())
        .flatMap(r -> IntStream.range(firsts[r], rows.queryStart(r + 1))).toArray();
    if (tails.length == rows.queries()) {
      return this;
    }
    var at = Variable.constant(tape.scope().ints(tails));
    var turns = angles.stream()
        .map(a -> new Angles(tape.gatherRows(a.cos(), at), tape.gatherRows(a.sin(), at))).toList();
    return new Queries(Optional.of(at), rows.from(firsts), turns, keys.rows(tails));
  }

  /** Their rows of x(T,N). */
  Variable of(Tape tape, Variable x) {
    return tokens.map(at -> tape.gatherRows(x, at)).orElse(x);
  }
}
