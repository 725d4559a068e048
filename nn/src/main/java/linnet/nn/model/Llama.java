package linnet.nn.model;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.DeclaredParam;
import linnet.nn.Initializer;
import linnet.nn.OutputHead;
import linnet.tensor.DType;

/**
 * The Llama family (Touvron et al., 2023): root-mean-square norms, rotary positions, grouped-query attention,
 * a gated MLP, a tied or untied head. Its parameters' keys are those of {@code LlamaForCausalLM} checkpoints.
 *
 * @param config the hyper-parameters
 * @param rotary the rotary embedding of the configuration
 * @param model from ids to features
 * @param lmHead from features to logits
 */
public record Llama(ModelConfig config, RotaryEmbedding rotary, Decoder model, OutputHead lmHead)
    implements CausalLm {
  static Llama declare(ModelConfig config) {
    var weights = new Initializer.Normal(config.initializerRange());
    var decoder = Decoder.declare(config, weights);
    var head = config.tieWordEmbeddings()
        ? decoder.embedTokens().weight()
        : new DeclaredParam(weights, config.vocabSize(), config.hiddenSize());
    return new Llama(config, new RotaryEmbedding(config.rope(), config.headDim()), decoder,
        new OutputHead(head));
  }

  @Override
  public Variable hidden(Tape tape, FlatBatch batch) {
    return forward(tape, batch, AttentionContext.LayerCache.NONE);
  }

  @Override
  public Variable hidden(Tape tape, FlatBatch batch, KvCache cache) {
    if (batch.rows().rows() != 1 || batch.rows().keyStart(1) != cache.length() + batch.tokens()) {
      throw new IllegalArgumentException("a cache of " + cache.length() + " tokens continues one row:"
          + " expected a batch from FlatBatch.continuing(" + cache.length() + ", …)");
    }
    cache.reserve(batch.tokens());
    var hidden = forward(tape, batch, AttentionContext.LayerCache.of(cache));
    if (hidden.requiresGrad()) {
      throw new IllegalArgumentException("no gradient flows into a cache: use Tape.noGrad");
    }
    cache.advance(batch.tokens());
    return hidden;
  }

  private Variable forward(Tape tape, FlatBatch batch, AttentionContext.LayerCache cache) {
    check(batch);
    var angles = rotary.at(tape.scope(), dtype(), batch.positions());
    var context = new AttentionContext(angles, batch.rows(), batch.forwardKeys(), cache);
    return model.forward(tape, tape.scope().ints(batch.ids()), context);
  }

  private void check(FlatBatch batch) {
    for (int t = 0; t < batch.tokens(); t++) {
      int id = batch.ids()[t];
      if (id < 0 || id >= config.vocabSize()) {
        throw new IllegalArgumentException("token " + t + " of the batch: found id " + id
            + ", expected one of the vocabulary, 0 to " + (config.vocabSize() - 1));
      }
      int position = batch.positions()[t];
      if (position < 0 || position >= config.maxPositionEmbeddings()) {
        throw new IllegalArgumentException("token " + t + " of the batch: found position " + position
            + ", expected one of the model's, 0 to " + (config.maxPositionEmbeddings() - 1));
      }
    }
  }

  @Override
  public Variable head() {
    return lmHead.weight().variable();
  }

  @Override
  public DType dtype() {
    return model.norm().weight().value().dtype() == DType.F64 ? DType.F64 : DType.F32;
  }
}
