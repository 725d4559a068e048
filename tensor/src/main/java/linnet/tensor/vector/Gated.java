package linnet.tensor.vector;

import linnet.tensor.Tensor;

/** {@link linnet.tensor.GatedKernels} over rows. */
final class Gated {
  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;

  Gated(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
  }

  void forward(Tensor yTensor, Tensor gateTensor, Tensor upTensor) {
    try (var views = new DenseViews(backend, "swiGlu")) {
      var gate = views.input(gateTensor);
      var up = views.input(upTensor);
      var y = views.output(yTensor);
      crew.runRows(gate.count(), gate.length(), (r, workspace) ->
          elements.swiGlu(y.segment(), y.at(r), gate.segment(), gate.at(r), up.segment(), up.at(r),
              gate.length()));
    }
  }

  void backward(Tensor dGateTensor, Tensor dUpTensor, Tensor gateTensor, Tensor upTensor, Tensor dyTensor) {
    try (var views = new DenseViews(backend, "swiGluBackward")) {
      var gate = views.input(gateTensor);
      var up = views.input(upTensor);
      var dy = views.input(dyTensor);
      var dGate = views.output(dGateTensor);
      var dUp = views.output(dUpTensor);
      crew.runRows(gate.count(), gate.length(), (r, workspace) ->
          elements.swiGluGradients(dGate.segment(), dGate.at(r), dUp.segment(), dUp.at(r), gate.segment(),
              gate.at(r), up.segment(), up.at(r), dy.segment(), dy.at(r), gate.length()));
    }
  }
}
