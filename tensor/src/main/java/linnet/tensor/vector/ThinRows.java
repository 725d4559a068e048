package linnet.tensor.vector;

import static linnet.tensor.vector.Native.F32;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import linnet.tensor.DType;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Products of few rows and a long sum, out(M,N) = a(M,K) · b(K,N) with dense rows of b, such as the gradients
 * of LoRA's factors. They are limited by how fast b comes from memory, which likes to be read from end to
 * end: so tasks own parts of K, and of the columns only where parts are too few for the threads, and sum what
 * they read in the innermost cache. An element is the sum of its parts in order, each Σ over k in order by
 * fused multiply-add from zero.
 */
final class ThinRows {
  /** Rows of out, at most. */
  private static final int MOST = 16;
  /** A narrower product is not worth a kernel of its own. */
  private static final int LEAST_COLUMNS = 64;
  /** Terms of a part, at least. Part of the result, as is {@link #MOST_PARTS}. */
  private static final int PART = 128;
  /** Parts at most, whose sums lie side by side until they are added up: some eighth of a wide b. */
  private static final int MOST_PARTS = 64;
  /** Tasks for each thread where the columns are shared, too. */
  private static final int TASKS = 3;
  /** Columns of such a task, at least, about: shorter runs come slower from memory. */
  private static final int NARROW = 256;
  /** Rows of b that a task reads before it goes on: so much stays in its second cache. */
  private static final int READ = 32;
  /** Columns that are summed at a time, at most: with 8 rows they take half of a 32 KiB cache. */
  private static final int COLUMNS = 512;
  /** Rows and terms of one call of {@link ElementLanes#addFourRows}. */
  private static final int STEP = 4;
  /**
   * Floats between the sums of two rows, beyond the columns: processors take a load for one that waits for a
   * store to an address whose last 12 bits are the same.
   */
  private static final int GAP = 80;

  private final Crew crew;
  private final ElementLanes elements;
  private final Staging staging;

  ThinRows(Crew crew, Lanes lanes) {
    this.crew = crew;
    this.elements = lanes.elements();
    this.staging = new Staging(lanes.storage());
  }

  /** Whether the product of {@code a} and {@code b} is best computed here. */
  static boolean suits(Matrix a, Matrix b) {
    return a.rows() <= MOST && b.dtype() == DType.F32 && b.columnStride() == 1
        && b.columns() >= LEAST_COLUMNS && b.rows() >= STEP;
  }

  /** How many terms a part of a sum over {@code depth} has, but for the last. */
  static int part(int depth) {
    return Panels.padded(Math.max(PART, Math.ceilDiv(depth, MOST_PARTS)), STEP);
  }

  void run(Matrix out, Matrix a, Matrix b, Update update) {
    var shared = crew.borrow();
    try {
      var sums = new Sums(a, b, shared);
      int columns = columnsOfTask(b.columns(), sums.parts);
      int across = Math.ceilDiv(b.columns(), columns);
      crew.runRows(sums.parts * across, (long) sums.part * columns, (task, workspace) -> {
        int first = task % across * columns;
        sums.compute(task / across, first, Math.min(b.columns(), first + columns), workspace);
      });
      int width = Panels.padded(Math.ceilDiv(out.columns(), crew.threads()), LEAST_COLUMNS);
      crew.runRows(Math.ceilDiv(out.columns(), width), (long) width * sums.parts * out.rows(),
          (task, workspace) ->
              sums.addUp(out, task * width, Math.min(out.columns(), (task + 1) * width), update));
    } finally {
      crew.giveBack(shared);
    }
  }

  /** All columns, unless the last round of parts would leave threads idle for over a quarter of the time. */
  private int columnsOfTask(int columns, int parts) {
    int threads = crew.threads();
    int rounds = Math.ceilDiv(parts, threads);
    int wanted = 4 * parts >= 3 * rounds * threads ? 1 : Math.ceilDiv(TASKS * threads, parts);
    int across = Math.min(wanted, Math.ceilDiv(columns, NARROW));
    return Panels.padded(Math.ceilDiv(columns, across), Tree.LANES);
  }

  /** The sums of all parts. */
  private final class Sums {
    private final Matrix b;
    private final int rows;
    private final float[] factors;
    private final int part;
    private final int parts;
    private final int pitch;
    private final MemorySegment sums;

    Sums(Matrix a, Matrix b, Workspace shared) {
      this.b = b;
      int depth = a.columns();
      rows = Panels.padded(a.rows(), STEP);
      factors = shared.array(Purpose.LEFT, (long) rows * depth); // aᵀ, rows of it padded
      staging.loadRows(a.dtype(), a.segment(), a.offset(), a.columnStride(), a.rowStride(), depth, a.rows(),
          factors, 0, rows);
      for (int k = 0; k < depth && rows > a.rows(); k++) {
        Arrays.fill(factors, k * rows + a.rows(), (k + 1) * rows, 0f);
      }
      part = part(depth);
      parts = Math.ceilDiv(depth, part);
      pitch = b.columns() + GAP;
      sums = shared.segment(Purpose.OUTPUT, (long) parts * rows * pitch);
    }

    /** Where a column of a row of a part's sums lies, in bytes. */
    private long at(int index, int row, int column) {
      return 4 * (((long) index * rows + row) * pitch + column);
    }

    /** Columns [first, last) of a part's sums. */
    void compute(int index, int first, int last, Workspace workspace) {
      int end = Math.min(b.rows(), (index + 1) * part);
      int strips = Math.ceilDiv(last - first, COLUMNS);
      int width = Panels.padded(Math.ceilDiv(last - first, strips), Tree.LANES);
      for (int r = 0; r < rows; r++) {
        elements.fill(sums, at(index, r, first), 0, last - first);
      }
      for (int from = index * part; from < end; from += READ) {
        int to = Math.min(end, from + READ);
        fetch(from, to, first, last, workspace);
        for (int c = first; c < last; c += width) {
          add(index, from, to, c, Math.min(width, last - c));
        }
      }
    }

    /**
     * Reads what is multiplied next: loads that nothing waits for keep more of memory's lines under way than
     * the loop that also multiplies.
     */
    private void fetch(int from, int to, int first, int last, Workspace workspace) {
      float sum = 0;
      for (int k = from; k < to; k++) {
        long row = b.at(k, 0);
        for (int c = first; c < last; c += PanelLanes.LINE) {
          sum += Native.get(b.segment(), row + c);
        }
      }
      workspace.array(Purpose.LANES, 1)[0] = sum; // else C2 might leave the loads out
    }

    /** Adds terms [from, to) to n columns. */
    private void add(int index, int from, int to, int column, int n) {
      long stride = 4L * pitch;
      long at = at(index, 0, column);
      int k = from;
      for (; k + STEP <= to; k += STEP) {
        for (int r = 0; r < rows; r += STEP) {
          elements.addFourRows(sums, at + r * stride, stride, b.segment(), 4 * b.at(k, column),
              4 * b.rowStride(), factors, k * rows + r, rows, n);
        }
      }
      for (; k < to; k++) {
        for (int r = 0; r < rows; r++) {
          elements.addScaled(sums, at + r * stride, b.segment(), 4 * b.at(k, column), factors[k * rows + r], n);
        }
      }
    }

    /** Adds columns [from, to) of all parts to the first part's, and writes them. */
    void addUp(Matrix out, int from, int to, Update update) {
      for (int r = 0; r < out.rows(); r++) {
        long at = at(0, r, from);
        for (int p = 1; p < parts; p++) {
          elements.addScaled(sums, at, sums, at(p, r, from), 1, to - from);
        }
        for (int c = from; c < to; c++) {
          float sum = sums.get(F32, at + 4L * (c - from));
          float before = update == Update.ADD ? Native.get(out.segment(), out.at(r, c)) : 0;
          Native.set(out.segment(), out.at(r, c), before + sum);
        }
      }
    }
  }
}
