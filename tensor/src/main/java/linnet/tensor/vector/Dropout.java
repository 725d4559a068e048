package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.RandomKey;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/** Inverted dropout with a key per row, see {@link linnet.tensor.ElementwiseKernels#dropout}. */
final class Dropout {
  private final VectorBackend backend;
  private final Crew crew;

  Dropout(VectorBackend backend, Crew crew) {
    this.backend = backend;
    this.crew = crew;
  }

  void run(Tensor outTensor, Tensor xTensor, double p, long[] rowKeys) {
    Elementwise.requireSameShape(outTensor, xTensor);
    if (xTensor.rank() != 2 || xTensor.size(0) != rowKeys.length || !(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout of x(T,D) " + xTensor + " with " + rowKeys.length
          + " row keys and p = " + p + ": one key a row and a probability in [0, 1) are needed");
    }
    float scale = (float) (1 / (1 - p));
    try (var views = new DenseViews(backend, "dropout")) {
      var x = views.input(xTensor);
      var out = views.output(outTensor);
      int n = x.length();
      crew.runRows(x.count(), 4L * n, (r, workspace) -> {
        var values = workspace.array(Purpose.ROWS, n);
        MemorySegment.copy(x.segment(), Native.F32, x.at(r), values, 0, n);
        var key = new RandomKey(rowKeys[r]);
        for (int d = 0; d < n; d++) {
          values[d] = key.uniform(d) >= p ? values[d] * scale : 0;
        }
        MemorySegment.copy(values, 0, out.segment(), Native.F32, out.at(r), n);
      });
    }
  }
}
