package linnet.nn.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import linnet.nn.io.GgufConfig;
import linnet.nn.io.GgufFamily;
import linnet.nn.io.GgufFamily.Caps;
import linnet.nn.io.GgufFamily.Rope;
import linnet.nn.io.GgufFamily.Window.Layers;
import linnet.nn.io.GgufRope;
import linnet.nn.io.GgufValue;
import linnet.nn.io.Llama3RopeFactors;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.NormKind;
import linnet.nn.model.RopeConfig;
import linnet.tensor.AttentionRule;

/**
 * The hyper-parameters of a model as the metadata of a GGUF file, and the tables of rotary factors that stand
 * beside them as tensors.
 *
 * @param values keys and values of the architecture
 * @param tables F32 vectors by name
 */
record GgufKeys(SequencedMap<String, GgufValue> values, SequencedMap<String, float[]> tables) {
  /** What a model says; whether a reader takes it as it is meant is for {@link GgufMeaning} to check. */
  static GgufKeys of(ModelConfig config, GgufFamily family) {
    var keys = new GgufKeys(new LinkedHashMap<>(), new LinkedHashMap<>());
    keys.putSizes(config, family);
    if (family.rope() != Rope.NONE && !config.form().ropes().isEmpty()) {
      keys.putRope(config, family);
    }
    keys.putWindow(config, family);
    if (family.caps() == Caps.BOTH) {
      keys.putReal(family, GgufConfig.SCORE_CAP, config.form().attention().softCap());
    }
    if (family.caps() != Caps.NONE && Double.isFinite(config.form().logitSoftCap())) {
      keys.putReal(family, GgufConfig.LOGIT_CAP, config.form().logitSoftCap());
    }
    return keys;
  }

  private void putSizes(ModelConfig config, GgufFamily family) {
    putCount(family, GgufConfig.LAYERS, config.numHiddenLayers());
    putCount(family, GgufConfig.CONTEXT, config.maxPositionEmbeddings());
    putCount(family, GgufConfig.HIDDEN, config.hiddenSize());
    putCount(family, GgufConfig.INTERMEDIATE, config.intermediateSize());
    putCount(family, GgufConfig.HEADS, config.numAttentionHeads());
    putCount(family, GgufConfig.KV_HEADS, config.numKeyValueHeads());
    putCount(family, GgufConfig.KEY_LENGTH, config.headDim());
    putCount(family, GgufConfig.VALUE_LENGTH, config.headDim());
    putReal(family, family.norm(), switch (config.form().norm()) {
      case NormKind.Rms rms -> rms.eps();
      case NormKind.Layer layer -> layer.eps();
    });
    putCount(family, GgufConfig.VOCABULARY, config.vocabSize());
  }

  private void putRope(ModelConfig config, GgufFamily family) {
    var ropes = config.form().ropes();
    var rope = ropes.getFirst();
    putCount(family, GgufRope.DIMENSIONS, rope.rotated(config.headDim()));
    putReal(family, GgufRope.THETA, rope.theta());
    if (ropes.size() > 1) {
      putReal(family, GgufRope.LOCAL_THETA, ropes.get(1).theta());
    }
    switch (rope.scaling()) {
      case RopeConfig.Unscaled() -> { }
      case RopeConfig.Dynamic dynamic -> { } // found to be missing when the keys are read back
      case RopeConfig.Linear(double factor) -> putScaling(family, "linear", factor);
      case RopeConfig.Llama3 s -> {
        putCount(family, GgufRope.ORIGINAL_CONTEXT, s.originalMaxPositionEmbeddings());
        tables.put(GgufRope.FACTORS, table(s, rope.theta(), config.headDim()));
      }
      case RopeConfig.Yarn yarn -> {
        putScaling(family, "yarn", yarn.factor());
        putCount(family, GgufRope.ORIGINAL_CONTEXT, yarn.originalMaxPositionEmbeddings());
        putReal(family, GgufRope.BETA_FAST, yarn.betaFast());
        putReal(family, GgufRope.BETA_SLOW, yarn.betaSlow());
        putReal(family, GgufRope.ATTENTION_FACTOR,
            yarn.attentionFactor() / GgufRope.yarnMagnitude(yarn.factor()));
      }
      case RopeConfig.LongRope longRope -> {
        values.put(family.key(GgufRope.TYPE), GgufValue.text("longrope"));
        putCount(family, GgufRope.ORIGINAL_CONTEXT, longRope.originalMaxPositionEmbeddings());
        putReal(family, GgufRope.ATTENTION_FACTOR, longRope.attentionFactor());
        tables.put(GgufRope.SHORT_FACTORS, floats(longRope.shortFactors()));
        tables.put(GgufRope.LONG_FACTORS, floats(longRope.longFactors()));
      }
    }
  }

  private void putScaling(GgufFamily family, String type, double factor) {
    values.put(family.key(GgufRope.TYPE), GgufValue.text(type));
    putReal(family, GgufRope.FACTOR, factor);
  }

  /** Llama 3.1's divisors of the frequencies of heads of {@code headDim} features. */
  static float[] table(RopeConfig.Llama3 s, double theta, int headDim) {
    return new Llama3RopeFactors(s.factor(), s.lowFreqFactor(), s.highFreqFactor(),
        s.originalMaxPositionEmbeddings()).table(theta, headDim);
  }

  private static float[] floats(List<Double> numbers) {
    var floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = numbers.get(i).floatValue();
    }
    return floats;
  }

  /** The window that the layers which slide share, and where readers may not know, which layers they are. */
  private void putWindow(ModelConfig config, GgufFamily family) {
    var slides = new ArrayList<Boolean>();
    int tokens = AttentionRule.UNBOUNDED;
    for (var layer : config.form().layers()) {
      slides.add(layer.window() != AttentionRule.UNBOUNDED);
      tokens = Math.min(tokens, layer.window());
    }
    var layers = family.window().layers();
    boolean none = layers == Layers.NONE || !slides.contains(true);
    if (layers == Layers.ALL) {
      putCount(family, GgufConfig.WINDOW, none ? 0 : tokens); // zero says that nothing was forgotten
    }
    if (none || layers == Layers.ALL) {
      return;
    }
    putCount(family, GgufConfig.WINDOW, tokens);
    values.put(family.key(GgufConfig.PATTERN), GgufValue.truths(slides));
  }

  private void putCount(GgufFamily family, String key, long value) {
    values.put(family.key(key), GgufValue.uint32(value));
  }

  private void putReal(GgufFamily family, String key, double value) {
    values.put(family.key(key), GgufValue.float32(value));
  }
}
