package linnet.tensor.vector;

import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.Tensor;

/** One AdamW update in one pass over the four tensors. */
final class AdamW {
  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;

  AdamW(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
  }

  void run(Tensor parameter, Tensor gradient, Tensor first, Tensor second, AdamWStep step) {
    Elementwise.requireSameShape(parameter, gradient);
    Elementwise.requireSameShape(parameter, first);
    Elementwise.requireSameShape(parameter, second);
    var factors = AdamWFactors.of(step);
    try (var views = new DenseViews(backend, "adamW")) {
      var p = views.output(parameter);
      var g = views.input(gradient);
      var m = views.output(first);
      var v = views.output(second);
      int n = p.length();
      int pieces = (n + Tree.CHUNK - 1) / Tree.CHUNK;
      crew.runRows(p.count() * pieces, Math.min(n, Tree.CHUNK), (index, workspace) -> {
        int r = index / pieces;
        int from = index % pieces * Tree.CHUNK;
        long skip = 4L * from;
        elements.adamW(p.segment(), p.at(r) + skip, g.segment(), g.at(r) + skip, m.segment(), m.at(r) + skip,
            v.segment(), v.at(r) + skip, factors, Math.min(Tree.CHUNK, n - from));
      });
    }
  }
}
