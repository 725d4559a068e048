package linnet.nn.model;

import linnet.nn.model.RopeConfig.Dynamic;
import linnet.nn.model.RopeConfig.Linear;
import linnet.nn.model.RopeConfig.Llama3;
import linnet.nn.model.RopeConfig.LongRope;
import linnet.nn.model.RopeConfig.Unscaled;
import linnet.nn.model.RopeConfig.Yarn;

/** The frequencies of a rotary embedding, in F32 and rounded where transformers rounds. */
final class RotaryFrequencies {
  private final RopeConfig config;
  private final int rotated;
  private final float[] ofShortRows;

  /** The frequencies for heads of which {@code rotated} features are turned. */
  RotaryFrequencies(RopeConfig config, int rotated) {
    this.config = config;
    this.rotated = rotated;
    this.ofShortRows = computed(0);
  }

  int pairs() {
    return rotated / 2;
  }

  /** The frequencies in a row of so many tokens. */
  float[] of(int rowLength) {
    int same = switch (config.scaling()) {
      case Dynamic(double factor, int trained) -> trained;
      case LongRope scaling -> scaling.originalMaxPositionEmbeddings();
      default -> Integer.MAX_VALUE;
    };
    return rowLength <= same ? ofShortRows : computed(rowLength);
  }

  private float[] computed(int rowLength) {
    return switch (config.scaling()) {
      case Unscaled() -> plain(config.theta());
      case Linear(double factor) -> {
        float[] scaled = plain(config.theta());
        for (int i = 0; i < scaled.length; i++) {
          scaled[i] /= (float) factor;
        }
        yield scaled;
      }
      case Dynamic scaling -> plain(base(scaling, rowLength));
      case Llama3 scaling -> {
        float[] scaled = plain(config.theta());
        for (int i = 0; i < scaled.length; i++) {
          scaled[i] = llama3(scaled[i], scaling);
        }
        yield scaled;
      }
      case Yarn scaling -> yarn(scaling);
      case LongRope scaling -> longRope(scaling, rowLength);
    };
  }

  private float[] plain(double theta) {
    var frequencies = wavelengths(theta);
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = 1 / frequencies[i];
    }
    return frequencies;
  }

  /** Over 2π. */
  private float[] wavelengths(double theta) {
    var wavelengths = new float[pairs()];
    for (int i = 0; i < wavelengths.length; i++) {
      wavelengths[i] = (float) StrictMath.pow((float) theta, (float) (2 * i) / rotated);
    }
    return wavelengths;
  }

  private double base(Dynamic scaling, int rowLength) {
    if (rowLength <= scaling.trainedLength()) {
      return config.theta();
    }
    float stretch = (float) scaling.factor() * rowLength / scaling.trainedLength()
        - (float) (scaling.factor() - 1);
    float power = (float) StrictMath.pow(stretch, (double) rotated / (rotated - 2));
    return power * (float) config.theta();
  }

  /** Where PyTorch divides a number by a tensor, it multiplies with the reciprocal. */
  private static float llama3(float frequency, Llama3 s) {
    float wavelength = 1 / frequency * (float) (2 * Math.PI);
    double context = s.originalMaxPositionEmbeddings();
    if (wavelength > (float) (context / s.lowFreqFactor())) {
      return frequency / (float) s.factor();
    }
    if (wavelength < (float) (context / s.highFreqFactor())) {
      return frequency;
    }
    float smooth = (1 / wavelength * (float) context - (float) s.lowFreqFactor())
        / (float) (s.highFreqFactor() - s.lowFreqFactor());
    return (1 - smooth) * frequency / (float) s.factor() + smooth * frequency;
  }

  private float[] yarn(Yarn s) {
    double low = turning(s.betaFast(), s);
    double high = turning(s.betaSlow(), s);
    if (s.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, rotated - 1);
    if (low == high) {
      high += 0.001; // a ramp has a width
    }
    var frequencies = wavelengths(config.theta());
    for (int i = 0; i < frequencies.length; i++) {
      float ramp = Math.clamp((i - (float) low) / (float) (high - low), 0f, 1f);
      float kept = 1 - ramp;
      float stretched = 1 / ((float) s.factor() * frequencies[i]);
      frequencies[i] = stretched * (1 - kept) + 1 / frequencies[i] * kept;
    }
    return frequencies;
  }

  /** The feature, counted in fractions, whose pair turns so often in the original context. */
  private double turning(double times, Yarn s) {
    return rotated * Math.log(s.originalMaxPositionEmbeddings() / (times * 2 * Math.PI))
        / (2 * Math.log(config.theta()));
  }

  private float[] longRope(LongRope s, int rowLength) {
    var factors = rowLength > s.originalMaxPositionEmbeddings() ? s.longFactors() : s.shortFactors();
    var frequencies = wavelengths(config.theta());
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = 1 / (factors.get(i).floatValue() * frequencies[i]);
    }
    return frequencies;
  }
}
