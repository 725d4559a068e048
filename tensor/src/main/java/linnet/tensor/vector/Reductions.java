package linnet.tensor.vector;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import linnet.tensor.DType;
import linnet.tensor.ReductionKernels.Reduction;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/** {@link linnet.tensor.ReductionKernels} but softmax. */
final class Reductions {
  /** Rows whose sum is formed before it is added to the sum over all rows. */
  private static final int BLOCK = 64;
  private static final int COLUMNS = 1024;

  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;
  private final SumLanes sums;
  private final Staging staging;

  Reductions(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
    this.sums = lanes.sums();
    this.staging = new Staging(lanes.storage());
  }

  void reduce(Reduction f, Tensor out, Tensor x) {
    boolean fits = out.rank() == x.rank()
        && IntStream.range(0, x.rank()).allMatch(d -> out.size(d) == 1 || out.size(d) == x.size(d));
    if (!fits) {
      throw new IllegalArgumentException("reduction of " + x + " to " + out
          + ": each size of the result must be 1 or the operand's");
    }
    if (out.elements() == 0) {
      return;
    }
    if (x.elements() == 0) {
      backend.fill(out, f == Reduction.SUM ? 0 : Double.NEGATIVE_INFINITY);
    } else if (isSumOfRows(f, out, x)) {
      sumOfRows(out, x);
    } else {
      eachResult(f, out, x);
    }
  }

  /** Whether whole dense rows are to be added up: all dimensions but the last are reduced. */
  private static boolean isSumOfRows(Reduction f, Tensor out, Tensor x) {
    return f == Reduction.SUM && x.rank() > 1 && out.size(-1) > 1 && out.elements() == out.size(-1)
        && out.dtype() == DType.F32 && out.stride(-1) == 1;
  }

  private void sumOfRows(Tensor out, Tensor x) {
    try (var views = new DenseViews(backend, "reduce")) {
      var rows = views.input(x);
      var target = Native.segment(out);
      crew.run((rows.length() + COLUMNS - 1) / COLUMNS, (task, workspace) -> {
        int column = task * COLUMNS;
        int n = Math.min(COLUMNS, rows.length() - column);
        long at = 4 * (out.offset() + column);
        var sum = workspace.segment(Purpose.STAGE_OUT, n);
        elements.fill(target, at, 0, n);
        for (int from = 0; from < rows.count(); from += BLOCK) {
          elements.fill(sum, 0, 0, n);
          for (int r = from; r < Math.min(rows.count(), from + BLOCK); r++) {
            elements.addScaled(sum, 0, rows.segment(), rows.at(r) + 4L * column, 1, n);
          }
          elements.addScaled(target, at, sum, 0, 1, n);
        }
      });
    }
  }

  /** One result after the other: its elements row by row, in pieces. */
  private void eachResult(Reduction f, Tensor out, Tensor x) {
    var reduced = x;
    for (int d = 0; d < x.rank(); d++) {
      if (out.size(d) > 1) {
        reduced = reduced.slice(d, 0, 1);
      }
    }
    var pieces = new Pieces(reduced, staging);
    var target = Native.segment(out);
    crew.runRows(Math.toIntExact(out.elements()), reduced.elements(), (index, workspace) -> {
      long shift = offsetOf(index, out, x);
      double result = f == Reduction.SUM ? 0 : Float.NEGATIVE_INFINITY;
      for (int p = 0; p < pieces.count(); p++) {
        var segment = pieces.segment(p, shift, workspace);
        long at = pieces.at(p, shift);
        int n = pieces.length(p);
        result = f == Reduction.SUM ? result + sums.sum(segment, at, n) : Math.max(result, sums.max(segment,
            at, n));
      }
      staging.store(new float[] {(float) result}, out.dtype(), target, out.offset() + offsetOf(index, out,
          out), 1, 1);
    });
  }

  /**
   * Where the result's element {@code index} finds its first operand in {@code x}, from the tensor's first.
   */
  private static long offsetOf(int index, Tensor out, Tensor x) {
    long offset = 0;
    for (int d = out.rank() - 1; d >= 0; d--) {
      offset += index % out.size(d) * x.stride(d);
      index /= out.size(d);
    }
    return offset;
  }

  double sumOfSquares(Tensor x) {
    if (x.elements() == 0) {
      return 0;
    }
    var pieces = new Pieces(x, staging);
    var parts = new double[pieces.count()];
    crew.runRows(parts.length, pieces.length(0), (p, workspace) ->
        parts[p] = sums.sumOfSquares(pieces.segment(p, 0, workspace), pieces.at(p, 0), pieces.length(p)));
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    return sum;
  }

  boolean allFinite(Tensor x) {
    if (x.elements() == 0) {
      return true;
    }
    var pieces = new Pieces(x, staging);
    var finite = new AtomicBoolean(true);
    crew.runRows(pieces.count(), pieces.length(0), (p, workspace) -> {
      if (!sums.allFinite(pieces.segment(p, 0, workspace), pieces.at(p, 0), pieces.length(p))) {
        finite.set(false);
      }
    });
    return finite.get();
  }
}
