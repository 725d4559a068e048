package linnet.tensor;

import java.util.Arrays;

/** The sizes of a tensor's dimensions, outermost first; a scalar has none. Immutable. */
public final class Shape {
  private final int[] sizes;

  private Shape(int[] sizes) {
    this.sizes = sizes;
  }

  /**
   * A shape of the given sizes.
   *
   * @throws IllegalArgumentException if a size is negative
   */
  public static Shape of(int... sizes) {
    for (int size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException("shape " + Arrays.toString(sizes) + " has a negative size");
      }
    }
    return new Shape(sizes.clone());
  }

  /** The number of dimensions. */
  public int rank() {
    return sizes.length;
  }

  /** The size of dimension {@code dim}; negative dimensions count from the last one. */
  public int size(int dim) {
    return sizes[axis(dim)];
  }

  /**
   * The dimension that {@code dim} names: itself, or counted from the end if negative.
   *
   * @throws IllegalArgumentException if there is no such dimension
   */
  public int axis(int dim) {
    int axis = dim < 0 ? dim + sizes.length : dim;
    if (axis < 0 || axis >= sizes.length) {
      throw new IllegalArgumentException("no dimension " + dim + " in shape " + this);
    }
    return axis;
  }

  /** The product of all sizes. */
  public long elements() {
    long product = 1;
    for (int size : sizes) {
      product = Math.multiplyExact(product, (long) size);
    }
    return product;
  }

  /** The sizes, as a fresh array. */
  public int[] toArray() {
    return sizes.clone();
  }

  /** This shape with dimension {@code dim} resized to {@code size}. */
  public Shape with(int dim, int size) {
    int[] copy = sizes.clone();
    copy[axis(dim)] = size;
    return of(copy);
  }

  /** Strides, in elements, of a tensor of this shape laid out row by row. */
  public long[] rowMajorStrides() {
    var strides = new long[sizes.length];
    long stride = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= Math.max(1, sizes[d]);
    }
    return strides;
  }

  /**
   * The shape that two operands broadcast to: aligned at the last dimension, equal sizes or 1.
   *
   * @throws IllegalArgumentException if they do not broadcast
   */
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    var sizes = new int[rank];
    for (int d = 0; d < rank; d++) {
      int da = d - rank + a.rank();
      int db = d - rank + b.rank();
      int sa = da < 0 ? 1 : a.sizes[da];
      int sb = db < 0 ? 1 : b.sizes[db];
      if (sa != sb && sa != 1 && sb != 1) {
        throw new IllegalArgumentException("shapes " + a + " and " + b + " do not broadcast");
      }
      sizes[d] = sa == 1 ? sb : sa;
    }
    return new Shape(sizes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** For example {@code (8, 576)}. */
  @Override
  public String toString() {
    var text = new StringBuilder("(");
    for (int d = 0; d < sizes.length; d++) {
      text.append(d == 0 ? "" : ", ").append(sizes[d]);
    }
    return text.append(')').toString();
  }
}
