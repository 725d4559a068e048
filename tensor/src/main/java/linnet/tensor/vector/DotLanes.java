package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;

/** Products of a row with several others, each a sum of {@link #LANES} lanes; weighted sums of rows. */
interface DotLanes {
  /**
   * Lanes of a sum: element i is added to lane i mod 32, product and sum rounded once. Twice as many as
   * {@link Tree} has, so that the widest vectors have two additions under way, and as many as a block of
   * quantised weights has elements.
   */
  int LANES = 32;
  /** How many rows {@link #addProducts} takes at once: so many sums share what is loaded of the first row. */
  int ROWS = 4;

  /**
   * Adds the products of elements [0, n) to {@link #ROWS} sums: element i,
   * {@code a[aAt + i] · b[r·bStride + i]}, to lane i mod 32 of sum r.
   *
   * @param n of all calls for one sum but the last a multiple of 32
   * @param lanes of the first sum from {@code lanesAt}, then of the others
   */
  void addProducts(float[] a, int aAt, float[] b, int bStride, int n, float[] lanes, int lanesAt);

  /**
   * The products of a row with one stored row after the other, decoded on the way: {@code sums[at + r]} = Σ
   * {@code a[aAt + i]} · element {@code first + r·stride + i} of {@code b}, for i below n and r below
   * {@code rows}.
   *
   * @param first of quantised types, as {@code stride}, a multiple of their blocks
   */
  void products(float[] a, int aAt, int n, DType dtype, MemorySegment b, long first, long stride, int rows,
      float[] sums, int at, Workspace workspace);

  /** The {@code count} sums whose lanes begin at {@code lanesAt}: of each, halves are added to halves. */
  void combine(float[] lanes, int lanesAt, int count, float[] sums, int at);

  /**
   * The weighted sum of F32 rows: element {@code at + d} of {@code out} = Σ element {@code from + i} of
   * {@code weights} · element {@code first + i·stride + d} of {@code rows}, for i below n in order, product
   * and sum rounded once, and d below {@code width}.
   */
  void weightedSum(MemorySegment weights, long from, int n, MemorySegment rows, long first, long stride,
      int width, MemorySegment out, long at);
}
