package linnet.nn.optim;

import java.util.List;
import linnet.nn.TrainableParam;

/** Clipping by the norm of all gradients together (Pascanu et al., 2013): {@code clip_grad_norm_}. */
public final class GradientClipping {
  private static final double EPSILON = 1e-6;

  private GradientClipping() {}

  /** The root of the sum of squares over all gradients, in F64, in the order of the parameters. */
  public static double globalNorm(List<TrainableParam> params) {
    double sum = 0;
    for (var param : params) {
      var grad = param.grad();
      if (grad != null) {
        sum += grad.backend().sumOfSquares(grad);
      }
    }
    return Math.sqrt(sum);
  }

  /**
   * The factor that brings gradients of norm {@code norm} to at most {@code maxNorm}: maxNorm / (norm +
   * 10⁻⁶), at most 1. A norm that is not finite gives a factor that is not either: check the norm before.
   */
  public static double scale(double norm, double maxNorm) {
    return Math.min(1, maxNorm / (norm + EPSILON));
  }
}
