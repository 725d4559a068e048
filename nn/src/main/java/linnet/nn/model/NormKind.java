package linnet.nn.model;

import linnet.nn.LayerNorm;
import linnet.nn.Norm;
import linnet.nn.RmsNorm;

/** The norms of a decoder. */
public sealed interface NormKind {
  /** A norm over {@code size} features, to be loaded or initialised. */
  Norm declare(int size);

  /**
   * By the root mean square.
   *
   * @param eps what keeps the root from zero
   * @param offset what is added to the stored weight, see {@link RmsNorm}
   */
  record Rms(double eps, double offset) implements NormKind {
    @Override
    public Norm declare(int size) {
      return RmsNorm.declare(size, eps, offset);
    }
  }

  /**
   * By mean and deviation, with a bias.
   *
   * @param eps what keeps the root from zero
   */
  record Layer(double eps) implements NormKind {
    @Override
    public Norm declare(int size) {
      return LayerNorm.declare(size, eps);
    }
  }
}
