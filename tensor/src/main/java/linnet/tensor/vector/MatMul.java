package linnet.tensor.vector;

import java.util.List;
import java.util.stream.IntStream;
import linnet.tensor.ContractionKernels;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Product.Term;

/** Matrix products, out(…,M,N) = or += a(…,M,K) · b(…,K,N), each by the way that suits its shape. */
final class MatMul {
  /**
   * Up to so many rows, packing a right operand with dense columns would cost more than a third of the
   * product.
   */
  private static final int FLIPPED_ROWS = 512;
  /** Multiply-adds below which the matrices of a batch are shared by the threads, and not each of them. */
  private static final long WORTH_SHARING = 64 * Product.SMALL;

  private final Crew crew;
  private final Panels panels;
  private final Panels narrow;
  private final FewRows fewRows;
  private final ThinRows thinRows;

  MatMul(Crew crew, Lanes lanes) {
    this.crew = crew;
    this.panels = new Panels(lanes.panels(), lanes.storage());
    this.narrow = new Panels(lanes.narrow(), lanes.storage());
    this.fewRows = new FewRows(crew, lanes);
    this.thinRows = new ThinRows(crew, lanes);
  }

  void run(Tensor out, Tensor a, Tensor b, Update update) {
    int batchDims = out.rank() - 2;
    check(out, a, b);
    long batch = 1;
    for (int d = 0; d < batchDims; d++) {
      batch *= out.size(d);
    }
    long work = (long) out.size(-2) * out.size(-1) * a.size(-1);
    if (batch > 1 && batch <= Integer.MAX_VALUE && work < WORTH_SHARING) {
      crew.run((int) batch, (index, workspace) -> runOne(out, a, b, index, update));
    } else if (out.elements() > 0) {
      for (long index = 0; index < batch; index++) {
        runOne(out, a, b, index, update);
      }
    }
  }

  private static void check(Tensor out, Tensor a, Tensor b) {
    int batchDims = out.rank() - 2;
    boolean fits = batchDims >= 0 && a.rank() == out.rank() && b.rank() == out.rank()
        && out.size(-2) == a.size(-2) && out.size(-1) == b.size(-1) && a.size(-1) == b.size(-2)
        && IntStream.range(0, batchDims).allMatch(d -> out.size(d) == a.size(d) && out.size(d) == b.size(d));
    if (!fits) {
      throw new IllegalArgumentException("product out(…,M,N) = a(…,M,K) · b(…,K,N) of a " + a + " and b " + b
          + " into " + out + ": the shapes do not fit");
    }
    if (out.dtype() != DType.F32 || out.size(-1) > 1 && out.stride(-1) != 1) {
      throw new IllegalArgumentException("product into " + out + ": the output must be F32 with dense rows");
    }
  }

  private void runOne(Tensor out, Tensor a, Tensor b, long index, Update update) {
    run(Matrix.of(out, shift(out, index)), Matrix.of(a, shift(a, index)), Matrix.of(b, shift(b, index)),
        update);
  }

  /** Where matrix {@code index} of a batch begins, in elements from the tensor's first. */
  private static long shift(Tensor x, long index) {
    long shift = 0;
    for (int d = x.rank() - 3; d >= 0; d--) {
      shift += index % x.size(d) * x.stride(d);
      index /= x.size(d);
    }
    return shift;
  }

  /** out = or += a · b, of matrices. */
  void run(Matrix out, Matrix a, Matrix b, Update update) {
    if (out.rows() == 0 || out.columns() == 0) {
      return;
    }
    if (a.columns() == 0) {
      if (update == Update.REPLACE) {
        clear(out);
      }
    } else if (FewRows.suits(a, b)) {
      fewRows.run(a, update, new FewRows.Part(out, b));
    } else if (FewRows.suits(b.transposed(), a.transposed())) {
      fewRows.run(b.transposed(), update, new FewRows.Part(out.transposed(), a.transposed()));
    } else if (ThinRows.suits(a, b)) {
      thinRows.run(out, a, b, update);
    } else if (ThinRows.suits(b.transposed(), a.transposed())) {
      thinRows.run(out.transposed(), b.transposed(), a.transposed(), update);
    } else if (isBetterFlipped(out, b)) {
      product(out.transposed(), update, new Term(b.transposed(), a.transposed())).run();
    } else {
      product(out, update, new Term(a, b)).run();
    }
  }

  /**
   * out(M,N1+N2+…) = a(M,K) · [b1(K,N1) b2(K,N2) …], handed to the threads once, where there are few rows.
   *
   * @return whether there are; else nothing was computed
   */
  boolean runEach(Tensor out, Tensor a, List<Tensor> bs) {
    if (out.rank() != 2 || out.elements() == 0 || a.rank() != 2) {
      return false;
    }
    var outs = ContractionKernels.columnsOfEach(out, bs);
    var left = Matrix.of(a, 0);
    var parts = new FewRows.Part[bs.size()];
    for (int i = 0; i < parts.length; i++) {
      check(outs.get(i), a, bs.get(i));
      parts[i] = new FewRows.Part(Matrix.of(outs.get(i), 0), Matrix.of(bs.get(i), 0));
      if (!FewRows.suits(left, parts[i].b())) {
        return false;
      }
    }
    fewRows.run(left, Update.REPLACE, parts);
    return true;
  }

  /** out(M,N) = a(M,K) · b(K,N) + c(M,J) · d(J,N): in one pass over the output where that pays. */
  void run(Tensor out, Tensor a, Tensor b, Tensor c, Tensor d) {
    check(out, a, b);
    check(out, c, d);
    if (isOneSum(out, a, c)) {
      var sum = Matrix.of(out, 0);
      var term = new Term(Matrix.of(a, 0), Matrix.of(b, 0));
      if (!isThin(term)) {
        product(sum, Update.REPLACE, term, new Term(Matrix.of(c, 0), Matrix.of(d, 0))).run();
        return;
      }
    }
    run(out, a, b, Update.REPLACE);
    run(out, c, d, Update.ADD);
  }

  /**
   * out(M,N) = a(M,K) · b(K,N) + t(M,R) · d(R,N) with t = a · (scale · c(K,R)), in one pass over a where that
   * pays.
   *
   * @return whether it did; else nothing was computed
   */
  boolean runLowRank(Tensor out, Tensor t, Tensor a, Tensor b, Tensor c, Tensor d, double scale) {
    check(out, a, b);
    check(t, a, c);
    check(out, t, d);
    if (!isOneSum(out, a, t)) {
      return false;
    }
    var sum = Matrix.of(out, 0);
    var thin = Matrix.of(t, 0);
    var term = new Term(Matrix.of(a, 0), Matrix.of(b, 0));
    if (isThin(term)) {
      return false;
    }
    var tiles = thin.columns() < panels.columns() ? narrow : panels;
    product(sum, Update.REPLACE, term, new Term(thin, Matrix.of(d, 0)))
        .runLowRank(tiles, thin, Matrix.of(c, 0), (float) scale);
    return true;
  }

  private static boolean isOneSum(Tensor out, Tensor a, Tensor c) {
    return out.rank() == 2 && out.elements() > 0 && a.size(1) > 0 && c.size(1) > 0
        && Product.isWhole(a.size(1) + c.size(1));
  }

  private static boolean isThin(Term term) {
    return FewRows.suits(term.a(), term.b()) || FewRows.suits(term.b().transposed(), term.a().transposed());
  }

  private Product product(Matrix out, Update update, Term... terms) {
    return new Product(crew, panels, out, List.of(terms), update);
  }

  /**
   * Whether to compute outᵀ = bᵀ · aᵀ, with the same bits: where the columns are too few for a panel, or the
   * rows too few to make up for packing b as the right operand; with dense columns it is cheaper as the left.
   */
  private boolean isBetterFlipped(Matrix out, Matrix b) {
    return out.columns() < panels.columns() && out.rows() > out.columns()
        || b.rowStride() == 1 && out.rows() <= FLIPPED_ROWS && out.columns() > 2 * out.rows();
  }

  private static void clear(Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      out.segment().asSlice(4 * (out.offset() + r * out.rowStride()), 4L * out.columns()).fill((byte) 0);
    }
  }
}
