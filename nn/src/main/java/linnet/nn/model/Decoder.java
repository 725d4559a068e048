package linnet.nn.model;

import java.util.List;
import java.util.stream.IntStream;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.DeclaredParam;
import linnet.nn.Embedding;
import linnet.nn.Initializer;
import linnet.nn.Module;
import linnet.nn.RmsNorm;
import linnet.tensor.Tensor;

/**
 * From ids to features: what checkpoints call {@code model}.
 *
 * @param embedTokens the embedding
 * @param layers the decoder layers
 * @param norm the final norm
 */
public record Decoder(Embedding embedTokens, List<DecoderLayer> layers, RmsNorm norm) implements Module {
  static Decoder declare(ModelConfig config, Initializer weights) {
    var table = new DeclaredParam(weights, config.vocabSize(), config.hiddenSize());
    var layers = IntStream.range(0, config.numHiddenLayers())
        .mapToObj(i -> DecoderLayer.declare(config, weights)).toList();
    var norm = RmsNorm.declare(config.hiddenSize(), config.rmsNormEps());
    return new Decoder(new Embedding(table), layers, norm);
  }

  Variable forward(Tape tape, Tensor ids, AttentionContext context) {
    var x = embedTokens.forward(tape, ids);
    for (int i = 0; i < layers.size(); i++) {
      int layer = i;
      x = tape.block("layers." + i, x, (t, h) -> layers.get(layer).forward(t, h, layer, context));
    }
    return norm.forward(tape, x);
  }
}
