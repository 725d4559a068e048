package linnet.tensor.vector;

import linnet.tensor.Tensor;

/** {@link linnet.tensor.RotaryKernels}, head by head. */
final class Rotary {
  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;

  Rotary(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
  }

  /**
   * y(T,H,D) = x(T,H,D) turned.
   *
   * @param sign 1 forwards, −1 backwards
   */
  void turn(Tensor yTensor, Tensor xTensor, Tensor cosTensor, Tensor sinTensor, float sign) {
    try (var views = new DenseViews(backend, "rope")) {
      var cos = views.input(cosTensor);
      var sin = views.input(sinTensor);
      var x = views.inputTensor(xTensor);
      var y = views.outputTensor(yTensor);
      int half = cos.length();
      int heads = x.size(1);
      int rest = x.size(2) - 2 * half;
      var from = Native.segment(x);
      var to = Native.segment(y);
      crew.runRows(x.size(0), (long) heads * x.size(2), (t, workspace) -> {
        for (int h = 0; h < heads; h++) {
          long xAt = 4 * (x.offset() + t * x.stride(0) + h * x.stride(1));
          long yAt = 4 * (y.offset() + t * y.stride(0) + h * y.stride(1));
          elements.rotate(to, yAt, from, xAt, cos.segment(), cos.at(t), sin.segment(), sin.at(t), sign, half);
          elements.affine(to, yAt + 8L * half, from, xAt + 8L * half, 1, 0, rest);
        }
      });
    }
  }
}
