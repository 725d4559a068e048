package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.ActivationKernels;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/** {@link ActivationKernels}: the steps of the definition, row by row in scratch that stays in cache. */
final class Gelu {
  private static final float SLOPE = (float) (2 * ActivationKernels.ROOT);
  private static final float CUBE = (float) (2 * ActivationKernels.ROOT * ActivationKernels.CUBE);
  private static final float DENSITY = (float) (1 / Math.sqrt(2 * Math.PI));
  private static final float ROOT_OF_HALF = (float) Math.sqrt(0.5);

  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;

  Gelu(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
  }

  void exact(Tensor yTensor, Tensor xTensor) {
    forward("gelu", yTensor, xTensor, this::normalBelow);
  }

  void tanh(Tensor yTensor, Tensor xTensor) {
    forward("geluTanh", yTensor, xTensor, this::gateOfTanh);
  }

  void exactBackward(Tensor dxTensor, Tensor xTensor, Tensor dyTensor) {
    backward("geluBackward", dxTensor, xTensor, dyTensor, (gate, rest, slope, x, xAt, n) -> {
      normalBelow(gate, x, xAt, n);
      elements.unary(Unary.SQUARE, slope, 0, x, xAt, n);
      elements.affine(slope, 0, slope, 0, -0.5f, 0, n);
      elements.unary(Unary.EXP, slope, 0, slope, 0, n);
      elements.affine(slope, 0, slope, 0, DENSITY, 0, n);
      elements.binary(Binary.MUL, slope, 0, slope, 0, x, xAt, n);
      elements.binary(Binary.ADD, slope, 0, slope, 0, gate, 0, n);
    });
  }

  void tanhBackward(Tensor dxTensor, Tensor xTensor, Tensor dyTensor) {
    backward("geluTanhBackward", dxTensor, xTensor, dyTensor, (gate, rest, slope, x, xAt, n) -> {
      gateOfTanh(gate, x, xAt, n);
      elements.unary(Unary.SQUARE, slope, 0, x, xAt, n);
      elements.affine(slope, 0, slope, 0, 3 * CUBE, SLOPE, n);
      elements.affine(rest, 0, gate, 0, -1, 1, n);
      elements.binary(Binary.MUL, rest, 0, rest, 0, gate, 0, n);
      elements.binary(Binary.MUL, rest, 0, rest, 0, x, xAt, n);
      elements.binary(Binary.MUL, slope, 0, slope, 0, rest, 0, n);
      elements.binary(Binary.ADD, slope, 0, slope, 0, gate, 0, n);
    });
  }

  /** The factor of x, from x. */
  private interface Gate {
    void of(MemorySegment gate, MemorySegment x, long xAt, int n);
  }

  /** The factor of dy, from x; {@code gate} and {@code rest} are scratch. */
  private interface Slope {
    void of(MemorySegment gate, MemorySegment rest, MemorySegment slope, MemorySegment x, long xAt, int n);
  }

  private void forward(String primitive, Tensor yTensor, Tensor xTensor, Gate factor) {
    try (var views = new DenseViews(backend, primitive)) {
      var x = views.input(xTensor);
      var y = views.output(yTensor);
      crew.runRows(x.count(), x.length(), (r, workspace) -> {
        var gate = workspace.segment(Purpose.STAGE_A, x.length());
        factor.of(gate, x.segment(), x.at(r), x.length());
        elements.binary(Binary.MUL, y.segment(), y.at(r), x.segment(), x.at(r), gate, 0, x.length());
      });
    }
  }

  private void backward(String primitive, Tensor dxTensor, Tensor xTensor, Tensor dyTensor, Slope factor) {
    try (var views = new DenseViews(backend, primitive)) {
      var x = views.input(xTensor);
      var dy = views.input(dyTensor);
      var dx = views.output(dxTensor);
      crew.runRows(x.count(), x.length(), (r, workspace) -> {
        var gate = workspace.segment(Purpose.STAGE_A, x.length());
        var slope = workspace.segment(Purpose.STAGE_B, x.length());
        var rest = workspace.segment(Purpose.STAGE_OUT, x.length());
        factor.of(gate, rest, slope, x.segment(), x.at(r), x.length());
        elements.binary(Binary.MUL, dx.segment(), dx.at(r), slope, 0, dy.segment(), dy.at(r), x.length());
      });
    }
  }

  /** Φ(x). */
  private void normalBelow(MemorySegment gate, MemorySegment x, long xAt, int n) {
    elements.affine(gate, 0, x, xAt, ROOT_OF_HALF, 0, n);
    elements.unary(Unary.ERF, gate, 0, gate, 0, n);
    elements.affine(gate, 0, gate, 0, 0.5f, 0.5f, n);
  }

  /** sigmoid(2u). */
  private void gateOfTanh(MemorySegment gate, MemorySegment x, long xAt, int n) {
    elements.unary(Unary.SQUARE, gate, 0, x, xAt, n);
    elements.affine(gate, 0, gate, 0, CUBE, SLOPE, n);
    elements.binary(Binary.MUL, gate, 0, gate, 0, x, xAt, n);
    elements.unary(Unary.SIGMOID, gate, 0, gate, 0, n);
  }
}
