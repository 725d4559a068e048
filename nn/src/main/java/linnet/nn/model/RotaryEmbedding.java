package linnet.nn.model;

import linnet.autograd.Variable;
import linnet.tensor.DType;
import linnet.tensor.Scope;

/**
 * The angles of the rotary position embedding (Su et al., "RoFormer", 2021), computed as transformers
 * computes them: the frequencies in F32, and for F32 models the angle and its cosine rounded to F32. An F64
 * model rounds nothing after the frequencies.
 */
public final class RotaryEmbedding {
  private final float[] frequencies;

  /** The frequencies for heads of {@code headDim} features. */
  public RotaryEmbedding(RopeConfig config, int headDim) {
    frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / headDim;
      frequencies[i] = scaled(1 / (float) StrictMath.pow(config.theta(), exponent), config.scaling());
    }
  }

  private static float scaled(float frequency, RopeConfig.Scaling scaling) {
    return switch (scaling) {
      case RopeConfig.Unscaled() -> frequency;
      case RopeConfig.Linear(double factor) -> frequency / (float) factor;
      case RopeConfig.Llama3 s -> llama3(frequency, s);
    };
  }

  private static float llama3(float frequency, RopeConfig.Llama3 s) {
    float wavelength = (float) (2 * Math.PI) / frequency;
    double context = s.originalMaxPositionEmbeddings();
    if (wavelength > (float) (context / s.lowFreqFactor())) {
      return frequency / (float) s.factor();
    }
    if (wavelength < (float) (context / s.highFreqFactor())) {
      return frequency;
    }
    float smooth = ((float) context / wavelength - (float) s.lowFreqFactor())
        / (float) (s.highFreqFactor() - s.lowFreqFactor());
    return (1 - smooth) * frequency / (float) s.factor() + smooth * frequency;
  }

  /** The frequencies, radians per position, R/2 of them. */
  public float[] frequencies() {
    return frequencies.clone();
  }

  /**
   * The angles of a batch.
   *
   * @param cos (T,R/2)
   * @param sin (T,R/2)
   */
  public record Angles(Variable cos, Variable sin) {}

  /** The angles of tokens at the given positions, of the model's dtype. */
  public Angles at(Scope scope, DType dtype, int[] positions) {
    int half = frequencies.length;
    var cos = new double[positions.length * half];
    var sin = new double[positions.length * half];
    for (int t = 0; t < positions.length; t++) {
      for (int i = 0; i < half; i++) {
        double angle = dtype == DType.F64
            ? positions[t] * (double) frequencies[i]
            : positions[t] * frequencies[i];
        cos[t * half + i] = StrictMath.cos(angle);
        sin[t * half + i] = StrictMath.sin(angle);
      }
    }
    return new Angles(tensor(scope, dtype, cos, half), tensor(scope, dtype, sin, half));
  }

  private static Variable tensor(Scope scope, DType dtype, double[] values, int half) {
    var tensor = scope.allocate(dtype, values.length / half, half);
    tensor.copyFrom(values);
    return Variable.constant(tensor);
  }
}
