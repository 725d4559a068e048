package linnet.tensor.vector;

import linnet.tensor.DType;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/** {@link linnet.tensor.IndexKernels}. */
final class Indexing {
  /** Columns that one task of a scatter adds. */
  private static final int COLUMNS = 128;

  private final VectorBackend backend;
  private final Crew crew;
  private final ElementLanes elements;
  private final Staging staging;

  Indexing(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.elements = lanes.elements();
    this.staging = new Staging(lanes.storage());
  }

  /** out(T,D)[t] = table(V,D)[rows[t]]. */
  void gather(Tensor out, Tensor table, Tensor rows) {
    int[] indices = checked(table, rows, out);
    var from = Native.segment(table);
    var to = Native.segment(out);
    int length = table.size(1);
    crew.runRows(indices.length, length, (t, workspace) -> {
      var values = workspace.array(Purpose.ROWS, length);
      staging.load(table.dtype(), from, table.offset() + indices[t] * table.stride(0), table.stride(1),
          values, 0, length);
      staging.store(values, out.dtype(), to, out.offset() + t * out.stride(0), out.stride(1), length);
    });
  }

  /** table(V,D)[rows[t]] += x(T,D)[t], t in order; tasks own columns, so that rows may repeat. */
  void scatterAdd(Tensor table, Tensor rows, Tensor xTensor) {
    int[] indices = checked(table, rows, xTensor);
    if (!Native.hasDenseRows(table)) {
      throw new IllegalArgumentException("rows are added to " + table + ": it must be F32 with dense rows");
    }
    try (var views = new DenseViews(backend, "scatterAddRows")) {
      var x = views.input(xTensor);
      var target = Native.segment(table);
      int tasks = (long) indices.length * x.length() < 16384 ? 1 : (x.length() + COLUMNS - 1) / COLUMNS;
      crew.run(tasks, (task, workspace) -> {
        int column = task * COLUMNS;
        int n = tasks == 1 ? x.length() : Math.min(COLUMNS, x.length() - column);
        for (int t = 0; t < indices.length; t++) {
          long at = 4 * (table.offset() + indices[t] * table.stride(0) + column);
          elements.addScaled(target, at, x.segment(), x.at(t) + 4L * column, 1, n);
        }
      });
    }
  }

  private int[] checked(Tensor table, Tensor rows, Tensor x) {
    boolean fits = table.rank() == 2 && x.rank() == 2 && rows.rank() == 1 && rows.dtype() == DType.I32
        && x.size(0) == rows.size(0) && x.size(1) == table.size(1);
    if (!fits) {
      throw new IllegalArgumentException("rows of table(V,D) " + table + " by rows(T) " + rows
          + " for x(T,D) " + x + ": the shapes do not fit, or the indices are not I32");
    }
    int[] indices = backend.downloadInts(rows);
    for (int t = 0; t < indices.length; t++) {
      if (indices[t] < 0 || indices[t] >= table.size(0)) {
        throw new IllegalArgumentException("index " + indices[t] + " at position " + t
            + " does not lie in a table of " + table.size(0) + " rows");
      }
    }
    return indices;
  }
}
