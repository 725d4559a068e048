package linnet.tensor.vector;

import java.util.List;
import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.OptimizerKernels.AdamWUpdate;
import linnet.tensor.Tensor;

/** AdamW updates, each in one pass over its four tensors. */
final class AdamW {
  /** Elements up to which handing a tensor to the threads is not worth it. */
  private static final int SMALL = 1 << 16;

  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;

  AdamW(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
  }

  /** Small tensors are a task each, as an adapter's hundreds are; larger ones are shared out one by one. */
  void runEach(List<AdamWUpdate> updates) {
    var small = updates.stream().filter(update -> update.parameter().elements() <= SMALL).toList();
    crew.run(small.size(), (index, workspace) -> run(small.get(index)));
    updates.stream().filter(update -> update.parameter().elements() > SMALL).forEach(this::run);
  }

  private void run(AdamWUpdate update) {
    run(update.parameter(), update.gradient(), update.m(), update.v(), update.step());
  }

  void run(Tensor parameter, Tensor gradient, Tensor first, Tensor second, AdamWStep step) {
    Elementwise.requireSameShape(parameter, gradient);
    Elementwise.requireSameShape(parameter, first);
    Elementwise.requireSameShape(parameter, second);
    var factors = AdamWFactors.of(step);
    try (var views = new DenseViews(backend, "adamW")) {
      var rows = List.of(views.output(parameter), views.input(gradient), views.output(first),
          views.output(second));
      if (rows.stream().allMatch(Rows::areOne)) { // those of a LoRA factor may be shorter than a vector
        rows = rows.stream().map(Rows::asOne).toList();
      }
      var p = rows.get(0);
      var g = rows.get(1);
      var m = rows.get(2);
      var v = rows.get(3);
      int n = p.length();
      int pieces = Math.ceilDiv(n, Tree.CHUNK);
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
