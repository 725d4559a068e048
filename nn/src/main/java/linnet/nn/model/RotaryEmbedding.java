package linnet.nn.model;

import linnet.autograd.Variable;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Segments;

/**
 * The angles of the rotary position embedding (Su et al., "RoFormer", 2021), computed as transformers
 * computes them: the frequencies in F32, and for F32 models the angle and its cosine rounded to F32. An F64
 * model rounds nothing after the frequencies.
 */
public final class RotaryEmbedding {
  private final RotaryFrequencies frequencies;
  private final double attentionFactor;

  /** The frequencies for heads of {@code headDim} features. */
  public RotaryEmbedding(RopeConfig config, int headDim) {
    frequencies = new RotaryFrequencies(config, config.rotated(headDim));
    attentionFactor = switch (config.scaling()) {
      case RopeConfig.Yarn yarn -> yarn.attentionFactor();
      case RopeConfig.LongRope longRope -> longRope.attentionFactor();
      default -> 1;
    };
  }

  /** The frequencies in a row of so many tokens, radians per position, R of them. */
  public float[] frequencies(int rowLength) {
    return frequencies.of(rowLength);
  }

  /**
   * The angles of a batch.
   *
   * @param cos (T,R)
   * @param sin (T,R)
   */
  public record Angles(Variable cos, Variable sin) {}

  /**
   * The angles of tokens at the given positions, of the model's dtype; a row is as long as it reaches, and at
   * least {@code expected}.
   */
  Angles at(Scope scope, DType dtype, int[] positions, Segments rows, int expected) {
    int pairs = frequencies.pairs();
    var cos = new double[positions.length * pairs];
    var sin = new double[positions.length * pairs];
    for (int r = 0; r < rows.rows(); r++) {
      int end = rows.queryStart(r + 1);
      float[] turns = frequencies.of(Math.max(expected, positions[end - 1] + 1));
      for (int t = rows.queryStart(r); t < end; t++) {
        for (int i = 0; i < pairs; i++) {
          double angle = dtype == DType.F64 ? positions[t] * (double) turns[i] : positions[t] * turns[i];
          cos[t * pairs + i] = scaled(dtype, StrictMath.cos(angle));
          sin[t * pairs + i] = scaled(dtype, StrictMath.sin(angle));
        }
      }
    }
    return new Angles(tensor(scope, dtype, cos, pairs), tensor(scope, dtype, sin, pairs));
  }

  /** The angles of the tokens of one row. */
  public Angles at(Scope scope, DType dtype, int[] positions) {
    return at(scope, dtype, positions, Segments.of(0, positions.length), 0);
  }

  private double scaled(DType dtype, double value) {
    return dtype == DType.F64 ? value * attentionFactor : (float) value * (float) attentionFactor;
  }

  private static Variable tensor(Scope scope, DType dtype, double[] values, int pairs) {
    var tensor = scope.allocate(dtype, values.length / pairs, pairs);
    tensor.copyFrom(values);
    return Variable.constant(tensor);
  }
}
