package linnet.tensor.vector;

import linnet.tensor.Tensor;

/** Softmax over the last dimension, row by row. */
final class Softmax {
  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;
  private final SumLanes sums;

  Softmax(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
    this.sums = lanes.sums();
  }

  void forward(Tensor yTensor, Tensor xTensor) {
    try (var views = new DenseViews(backend, "softmax")) {
      var x = views.input(xTensor);
      var y = views.output(yTensor);
      crew.runRows(x.count(), x.length(), (r, workspace) -> {
        float max = sums.max(x.segment(), x.at(r), x.length());
        float sum = LongSums.expSum(sums, y.segment(), y.at(r), x.segment(), x.at(r), max, x.length());
        elements.affine(y.segment(), y.at(r), y.segment(), y.at(r), 1 / sum, 0, x.length());
      });
    }
  }

  void backward(Tensor dxTensor, Tensor yTensor, Tensor dyTensor) {
    try (var views = new DenseViews(backend, "softmaxBackward")) {
      var y = views.input(yTensor);
      var dy = views.input(dyTensor);
      var dx = views.output(dxTensor);
      crew.runRows(y.count(), y.length(), (r, workspace) -> {
        float mean = (float) LongSums.over(0, y.length(),
            (at, n) -> sums.dot(y.segment(), y.at(r) + at, dy.segment(), dy.at(r) + at, n));
        elements.softmaxGradient(dx.segment(), dx.at(r), y.segment(), y.at(r), dy.segment(), dy.at(r), mean,
            1, y.length());
      });
    }
  }
}
