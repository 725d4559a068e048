package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/** Layer normalisation, see {@link linnet.tensor.NormKernels}, row by row. */
final class LayerNorms {
  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;
  private final SumLanes sums;

  LayerNorms(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
    this.sums = lanes.sums();
  }

  void forward(Tensor yTensor, Tensor xTensor, Tensor wTensor, Tensor bTensor, double eps) {
    try (var views = new DenseViews(backend, "layerNorm")) {
      var x = views.input(xTensor);
      var w = views.input(wTensor);
      var b = views.input(bTensor);
      var y = views.output(yTensor);
      int n = x.length();
      crew.runRows(x.count(), n, (r, workspace) -> {
        var c = centred(x.segment(), x.at(r), n, workspace);
        elements.scaleBy(y.segment(), y.at(r), c, 0, scale(c, n, eps), w.segment(), w.offset(), n);
        elements.binary(Binary.ADD, y.segment(), y.at(r), y.segment(), y.at(r), b.segment(), b.offset(), n);
      });
    }
  }

  /** The gradient of the root-mean-square norm of x less its mean, less its own mean. */
  void backwardInput(Tensor dxTensor, Tensor xTensor, Tensor wTensor, Tensor dyTensor, double eps) {
    try (var views = new DenseViews(backend, "layerNormBackwardInput")) {
      var x = views.input(xTensor);
      var w = views.input(wTensor);
      var dy = views.input(dyTensor);
      var dx = views.output(dxTensor);
      int n = x.length();
      crew.runRows(x.count(), n, (r, workspace) -> {
        var c = centred(x.segment(), x.at(r), n, workspace);
        float scale = scale(c, n, eps);
        float dot = sums.dot(dy.segment(), dy.at(r), w.segment(), w.offset(), c, 0, n);
        elements.normGradient(dx.segment(), dx.at(r), c, 0, w.segment(), w.offset(), dy.segment(), dy.at(r),
            scale, scale * scale * (dot / n), n);
        float mean = sums.sum(dx.segment(), dx.at(r), n) / n;
        elements.affine(dx.segment(), dx.at(r), dx.segment(), dx.at(r), 1, -mean, n);
      });
    }
  }

  /** x less its mean. */
  private MemorySegment centred(MemorySegment x, long at, int n, Workspace workspace) {
    var centred = workspace.segment(Purpose.STAGE_A, n);
    elements.affine(centred, 0, x, at, 1, -sums.sum(x, at, n) / n, n);
    return centred;
  }

  private float scale(MemorySegment c, int n, double eps) {
    return (float) (1 / Math.sqrt((double) sums.dot(c, 0, c, 0, n) / n + eps));
  }
}
