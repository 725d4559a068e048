package linnet.nn.model;

import java.util.List;
import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.DeclaredParam;
import linnet.nn.Initializer;
import linnet.nn.Key;
import linnet.nn.Names;
import linnet.nn.OutputHead;
import linnet.nn.Param;
import linnet.tensor.DType;

/**
 * A decoder of any family. What the families differ in is in {@link ModelConfig#form}; its parameters' keys
 * are those of the family's checkpoints.
 *
 * @param config the hyper-parameters
 * @param rotaries the rotary embeddings that layers choose from
 * @param model from ids to features
 * @param outputHead from features to logits
 * @param names of the checkpoint's steps
 */
public record DecoderLm(ModelConfig config, List<RotaryEmbedding> rotaries, Decoder model,
    @Key("lm_head") OutputHead outputHead, Names names) implements CausalLm {
  static DecoderLm declare(ModelConfig config) {
    var form = config.form();
    var weights = new Initializer.Normal(config.initializerRange());
    var decoder = Decoder.declare(config, weights);
    var head = config.tieWordEmbeddings()
        ? decoder.embedTokens().weight()
        : new DeclaredParam(weights, config.vocabSize(), config.hiddenSize());
    Optional<Param> bias = form.headBias()
        ? Optional.of(new DeclaredParam(new Initializer.Constant(0), config.vocabSize()))
        : Optional.empty();
    return new DecoderLm(config,
        form.ropes().stream().map(rope -> new RotaryEmbedding(rope, config.headDim())).toList(), decoder,
        new OutputHead(head, bias, form.logitSoftCap()), form.names());
  }

  @Override
  public Variable hidden(Tape tape, FlatBatch batch) {
    return forward(tape, batch, 0, AttentionContext.LayerCache.NONE);
  }

  @Override
  public Variable hidden(Tape tape, FlatBatch batch, KvCache cache) {
    if (batch.rows().rows() != 1 || batch.rows().keyStart(1) != cache.length() + batch.tokens()) {
      throw new IllegalArgumentException("a cache of " + cache.length() + " tokens continues one row:"
          + " expected a batch from FlatBatch.continuing(" + cache.length() + ", …)");
    }
    cache.reserve(batch.tokens());
    var hidden = forward(tape, batch, cache.expected(), AttentionContext.LayerCache.of(cache));
    if (hidden.requiresGrad()) {
      throw new IllegalArgumentException("no gradient flows into a cache: use Tape.noGrad");
    }
    cache.advance(batch.tokens());
    return hidden;
  }

  private Variable forward(Tape tape, FlatBatch batch, int expected, AttentionContext.LayerCache cache) {
    check(batch);
    var angles = rotaries.stream()
        .map(rotary -> rotary.at(tape.scope(), dtype(), batch.positions(), batch.rows(), expected)).toList();
    var keys = batch.forwardKeys();
    return model.forward(tape, batch,
        new AttentionContext(angles, keys, Queries.all(batch.rows(), angles, keys), cache));
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
  public DType dtype() {
    return model.norm().weight().value().dtype() == DType.F64 ? DType.F64 : DType.F32;
  }
}
