package linnet.nn.convert;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import linnet.nn.io.GgufConfig;
import linnet.nn.io.GgufFamily;
import linnet.nn.io.GgufMetadata;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.TensorSpec;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.NormKind;
import linnet.nn.model.RopeConfig;

/**
 * Reads the metadata of a GGUF file that is to be written as any reader would, and compares what it means
 * with the model. So whatever the format has no word for, or an architecture's readers take as fixed, is refused
 * by name, without a list of such things.
 *
 * @param model where the model lies, for errors
 * @param family what the file is to be of
 */
record GgufMeaning(Object model, GgufFamily family) {
  /**
   * Requires that the file says what the model is.
   *
   * @throws ModelFormatException if it would say something else; the message names the first difference
   */
  void require(ModelConfig config, GgufMetadata metadata, SequencedMap<String, TensorSpec> specs,
      SequencedMap<String, float[]> tables) {
    var json = new GgufConfig(family, metadata, specs, tables::get).json();
    compare(config, ModelConfig.read(JsonCursor.of(json, metadata.file())));
  }

  private void compare(ModelConfig ours, ModelConfig said) {
    same("num_hidden_layers", ours.numHiddenLayers(), said.numHiddenLayers());
    same("head_dim", ours.headDim(), said.headDim());
    same("tie_word_embeddings", ours.tieWordEmbeddings(), said.tieWordEmbeddings());
    same("max_position_embeddings", ours.maxPositionEmbeddings(), said.maxPositionEmbeddings());
    norms("the norm", ours.form().norm(), said.form().norm());
    same("the order of attention and MLP", ours.form().residuals(), said.form().residuals());
    attention(ours, said);
    same("the kind of MLP", ours.form().mlp().kind(), said.form().mlp().kind());
    same("the MLP's activation", ours.form().mlp().activation(), said.form().mlp().activation());
    same("biases of the MLP", ours.form().mlp().bias(), said.form().mlp().bias());
    same("learned positions", ours.form().learnedPositions(), said.form().learnedPositions());
    number("the scale of embeddings", ours.form().embeddingScale(), said.form().embeddingScale());
    same("a bias of the head", ours.form().headBias(), said.form().headBias());
    number("final_logit_softcapping", ours.form().logitSoftCap(), said.form().logitSoftCap());
    same("the layout of weights", ours.form().layout(), said.form().layout());
    same("the number of rotary embeddings", ours.form().ropes().size(), said.form().ropes().size());
    for (int i = 0; i < ours.form().ropes().size(); i++) {
      rope(ours, ours.form().ropes().get(i), said.form().ropes().get(i));
    }
    for (int i = 0; i < ours.numHiddenLayers(); i++) {
      var layer = ours.form().layers().get(i);
      same("the window of layer " + i, layer.window(), said.form().layers().get(i).window());
      same("the rotary embedding of layer " + i, layer.rope(), said.form().layers().get(i).rope());
      number("the scale of the scores of layer " + i + " (query_pre_attn_scalar, scale_attn_weights,"
          + " scale_attn_by_inverse_layer_idx)", layer.scoreScale(), said.form().layers().get(i).scoreScale());
    }
  }

  private void attention(ModelConfig ours, ModelConfig said) {
    var our = ours.form().attention();
    var their = said.form().attention();
    same("num_key_value_heads", ours.numKeyValueHeads(), said.numKeyValueHeads());
    same("a fused projection of queries, keys and values", our.fused(), their.fused());
    same("biases of queries, keys and values", our.inputBias(), their.inputBias());
    same("a bias of attention's output", our.outputBias(), their.outputBias());
    same("norms of queries and keys", our.queryKeyNorm().isPresent(), their.queryKeyNorm().isPresent());
    our.queryKeyNorm().ifPresent(norm -> norms("the norm of queries", norm, their.queryKeyNorm().get()));
    number("attn_logit_softcapping", our.softCap(), their.softCap());
  }

  private void norms(String what, NormKind ours, NormKind said) {
    switch (ours) {
      case NormKind.Rms(double eps, double offset) when said instanceof NormKind.Rms other -> {
        number("the epsilon of " + what, eps, other.eps());
        number("the offset of " + what, offset, other.offset());
      }
      case NormKind.Layer(double eps) when said instanceof NormKind.Layer other ->
          number("the epsilon of " + what, eps, other.eps());
      default -> same(what, ours, said);
    }
  }

  private void rope(ModelConfig config, RopeConfig ours, RopeConfig said) {
    number("rope_theta", ours.theta(), said.theta());
    same("turned features of a head", ours.rotated(config.headDim()), said.rotated(config.headDim()));
    same("the kind of rotary scaling", ours.scaling().getClass().getSimpleName(),
        said.scaling().getClass().getSimpleName());
    switch (ours.scaling()) {
      case RopeConfig.Llama3 s -> same("the frequencies of Llama 3's scaling",
          rounded(GgufKeys.table(s, ours.theta(), config.headDim())),
          rounded(GgufKeys.table((RopeConfig.Llama3) said.scaling(), said.theta(), config.headDim())));
      case RopeConfig.Unscaled() -> { }
      default -> fields(ours.scaling()).forEach((name, value) ->
          same("rotary scaling: " + name, value, fields(said.scaling()).get(name)));
    }
  }

  private static List<Float> rounded(float[] table) {
    var floats = new Float[table.length];
    for (int i = 0; i < table.length; i++) {
      floats[i] = Math.round(table[i] * 1e4) / 1e4f;
    }
    return Arrays.asList(floats);
  }

  /** As F32, in which files keep real numbers. */
  private static SequencedMap<String, Object> fields(RopeConfig.Scaling scaling) {
    var fields = new LinkedHashMap<String, Object>();
    switch (scaling) {
      case RopeConfig.Unscaled(), RopeConfig.Llama3 _ -> { }
      case RopeConfig.Linear(double factor) -> fields.put("factor", (float) factor);
      case RopeConfig.Dynamic(double factor, int length) -> {
        fields.put("factor", (float) factor);
        fields.put("max_position_embeddings", length);
      }
      case RopeConfig.Yarn s -> {
        fields.put("factor", (float) s.factor());
        fields.put("attention_factor", Math.round(s.attentionFactor() * 1e6));
        fields.put("beta_fast", (float) s.betaFast());
        fields.put("beta_slow", (float) s.betaSlow());
        fields.put("original_max_position_embeddings", s.originalMaxPositionEmbeddings());
        fields.put("truncate", s.truncate());
      }
      case RopeConfig.LongRope s -> {
        fields.put("short_factor", s.shortFactors().stream().map(Double::floatValue).toList());
        fields.put("long_factor", s.longFactors().stream().map(Double::floatValue).toList());
        fields.put("attention_factor", (float) s.attentionFactor());
        fields.put("original_max_position_embeddings", s.originalMaxPositionEmbeddings());
      }
    }
    return fields;
  }

  private void number(String what, double ours, double said) {
    same(what, (float) ours, (float) said);
  }

  private void same(String what, Object ours, Object said) {
    if (!Objects.equals(ours, said)) {
      throw new ModelFormatException(model, what, "found " + ours + ", expected " + said + ", the only value"
          + " that a GGUF file of the architecture " + family.architecture()
          + " can mean; keep the model as a Hugging Face folder");
    }
  }
}
