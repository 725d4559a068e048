package linnet.nn.model;

import java.util.List;
import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.DeclaredParam;
import linnet.nn.Embedding;
import linnet.nn.Initializer;
import linnet.nn.Module;
import linnet.nn.Names;
import linnet.nn.Norm;
import linnet.tensor.Segments;

/**
 * From ids to features: what checkpoints call {@code model}.
 *
 * @param embedTokens the embedding
 * @param positions the table of learned positions
 * @param layers the decoder layers
 * @param norm the final norm
 * @param embeddingScale what embeddings are multiplied by
 * @param names of the checkpoint's steps
 */
public record Decoder(Embedding embedTokens, Optional<Embedding> positions, List<DecoderLayer> layers,
    Norm norm, double embeddingScale, Names names) implements Module {
  static Decoder declare(ModelConfig config, Initializer weights) {
    var form = config.form();
    var table = new DeclaredParam(weights, config.vocabSize(), config.hiddenSize());
    Optional<Embedding> positions = form.learnedPositions()
        ? Optional.of(new Embedding(
            new DeclaredParam(weights, config.maxPositionEmbeddings(), config.hiddenSize())))
        : Optional.empty();
    var layers = form.layers().stream().map(layer -> DecoderLayer.declare(config, layer, weights)).toList();
    return new Decoder(new Embedding(table, form.padding()), positions, layers, form.norm().declare(config.hiddenSize()),
        form.embeddingScale(), form.names());
  }

  /** The features of the batch's wanted tokens. */
  Variable forward(Tape tape, FlatBatch batch, AttentionContext context) {
    var tails = context.queries().from(tape, batch.firstWanted());
    var x = embedded(tape, batch);
    for (int i = 0; i < layers.size(); i++) {
      int layer = i;
      var given = i + 1 < layers.size() ? context : context.with(tails);
      x = tape.block("layers." + i, x, (t, h) -> layers.get(layer).forward(t, h, layer, given));
    }
    return norm.forward(tape, wanted(tape, x, batch, tails.rows()));
  }

  /** Of the last layer's results, the ends of the rows, those that are wanted. */
  private static Variable wanted(Tape tape, Variable x, FlatBatch batch, Segments tails) {
    int[] at = batch.wanted().clone();
    if (at.length == tails.queries()) {
      return x;
    }
    int row = 0;
    for (int i = 0; i < at.length; i++) {
      while (at[i] >= batch.rows().queryStart(row + 1)) {
        row++;
      }
      at[i] += tails.queryStart(row + 1) - batch.rows().queryStart(row + 1);
    }
    return tape.gatherRows(x, Variable.constant(tape.scope().ints(at)));
  }

  private Variable embedded(Tape tape, FlatBatch batch) {
    var tokens = embedTokens.forward(tape, batch.ids());
    var scaled = embeddingScale == 1 ? tokens : tape.scale(tokens, embeddingScale);
    return positions.map(table -> tape.add(scaled, table.forward(tape, batch.positions()))).orElse(scaled);
  }
}
