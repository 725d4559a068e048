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

  Variable forward(Tape tape, FlatBatch batch, AttentionContext context) {
    var x = embedded(tape, batch);
    for (int i = 0; i < layers.size(); i++) {
      int layer = i;
      x = tape.block("layers." + i, x, (t, h) -> layers.get(layer).forward(t, h, layer, context));
    }
    return norm.forward(tape, x);
  }

  private Variable embedded(Tape tape, FlatBatch batch) {
    var tokens = embedTokens.forward(tape, batch.ids());
    var scaled = embeddingScale == 1 ? tokens : tape.scale(tokens, embeddingScale);
    return positions.map(table -> tape.add(scaled, table.forward(tape, batch.positions()))).orElse(scaled);
  }
}
