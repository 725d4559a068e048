package linnet.tensor.vector;

import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/** {@link linnet.tensor.NormKernels}, row by row. */
final class Norms {
  /** Columns of the weight gradient that one task sums. */
  private static final int COLUMNS = 256;
  /** Rows that are summed before their sum is added: long sums lose less. */
  private static final int BLOCK = 64;

  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;
  private final SumLanes sums;

  Norms(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
    this.sums = lanes.sums();
  }

  void forward(Tensor yTensor, Tensor xTensor, Tensor wTensor, double eps) {
    try (var views = new DenseViews(backend, "rmsNorm")) {
      var x = views.input(xTensor);
      var w = views.input(wTensor);
      var y = views.output(yTensor);
      crew.runRows(x.count(), x.length(), (r, workspace) ->
          elements.scaleBy(y.segment(), y.at(r), x.segment(), x.at(r), scale(x, r, eps), w.segment(),
              w.offset(), x.length()));
    }
  }

  void backwardInput(Tensor dxTensor, Tensor xTensor, Tensor wTensor, Tensor dyTensor, double eps) {
    try (var views = new DenseViews(backend, "rmsNormBackwardInput")) {
      var x = views.input(xTensor);
      var w = views.input(wTensor);
      var dy = views.input(dyTensor);
      var dx = views.output(dxTensor);
      crew.runRows(x.count(), x.length(), (r, workspace) -> {
        float scale = scale(x, r, eps);
        float dot = sums.dot(dy.segment(), dy.at(r), w.segment(), w.offset(), x.segment(), x.at(r),
            x.length());
        float slope = scale * scale * (dot / x.length());
        elements.normGradient(dx.segment(), dx.at(r), x.segment(), x.at(r), w.segment(), w.offset(),
            dy.segment(), dy.at(r), scale, slope, x.length());
      });
    }
  }

  void backwardWeight(Tensor dwTensor, Tensor xTensor, Tensor dyTensor, double eps) {
    try (var views = new DenseViews(backend, "rmsNormBackwardWeight")) {
      var x = views.input(xTensor);
      var dy = views.input(dyTensor);
      var dw = views.output(dwTensor);
      var scales = new float[x.count()];
      crew.runRows(x.count(), x.length(), (r, workspace) -> scales[r] = scale(x, r, eps));
      crew.run((x.length() + COLUMNS - 1) / COLUMNS, (task, workspace) -> {
        int column = task * COLUMNS;
        int n = Math.min(COLUMNS, x.length() - column);
        var sum = workspace.segment(Purpose.STAGE_OUT, n);
        elements.fill(dw.segment(), dw.offset() + 4L * column, 0, n);
        for (int from = 0; from < x.count(); from += BLOCK) {
          elements.fill(sum, 0, 0, n);
          for (int r = from; r < Math.min(x.count(), from + BLOCK); r++) {
            elements.addProduct(sum, 0, dy.segment(), dy.at(r) + 4L * column, scales[r], x.segment(),
                x.at(r) + 4L * column, n);
          }
          elements.addScaled(dw.segment(), dw.offset() + 4L * column, sum, 0, 1, n);
        }
      });
    }
  }

  private float scale(Rows x, int r, double eps) {
    float squares = sums.dot(x.segment(), x.at(r), x.segment(), x.at(r), x.length());
    return (float) (1 / Math.sqrt((double) squares / x.length() + eps));
  }
}
