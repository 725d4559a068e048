package linnet.tensor;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * An n-dimensional view of a backend's storage: a handle, an offset, a shape and strides (all in elements).
 * Views ({@link #reshape}, {@link #transpose}, {@link #slice}, {@link #expand}) share the storage and copy
 * nothing; arithmetic is in {@link Backend}. Immutable as a handle; the values behind it change.
 */
public final class Tensor {
  private final Storage storage;
  private final long offset;
  private final Shape shape;
  private final long[] strides;

  private Tensor(Storage storage, long offset, Shape shape, long[] strides) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /** A tensor over the whole of {@code storage}, row by row. */
  public static Tensor over(Storage storage, Shape shape) {
    if (shape.elements() != storage.length()) {
      throw new IllegalArgumentException(
          "shape " + shape + " does not fit a storage of " + storage.length() + " elements");
    }
    return new Tensor(storage, 0, shape, shape.rowMajorStrides());
  }

  /**
   * The storage behind this view.
   *
   * @throws IllegalStateException if it was released or its scope closed; the message names the scope
   */
  public Storage storage() {
    storage.requireAlive();
    return storage;
  }

  /** Whether the memory behind this view may still be used. */
  public boolean isAlive() {
    return storage.isAlive();
  }

  /** Where the first element lies in the storage, in elements. */
  public long offset() {
    return offset;
  }

  /** The sizes of the dimensions. */
  public Shape shape() {
    return shape;
  }

  /** The size of dimension {@code dim}; negative ones count from the last. */
  public int size(int dim) {
    return shape.size(dim);
  }

  /** The number of dimensions. */
  public int rank() {
    return shape.rank();
  }

  /** The number of elements. */
  public long elements() {
    return shape.elements();
  }

  /**
   * How far apart neighbours along {@code dim} lie in the storage, in elements; 0 where a view repeats one.
   */
  public long stride(int dim) {
    return strides[shape.axis(dim)];
  }

  /** The element type. */
  public DType dtype() {
    return storage.dtype();
  }

  /** The scope that this tensor lives in. */
  public Scope scope() {
    return storage.scope();
  }

  /** The backend whose memory this is. */
  public Backend backend() {
    return storage.scope().backend();
  }

  /** Whether two views share a storage. */
  public boolean sharesStorage(Tensor other) {
    return storage == other.storage;
  }

  /** Whether the elements lie row by row without gaps, so that any {@link #reshape} is a view. */
  public boolean isContiguous() {
    if (elements() == 0) {
      return true;
    }
    long expected = 1;
    for (int d = rank() - 1; d >= 0; d--) {
      int size = shape.size(d);
      if (size > 1 && strides[d] != expected) {
        return false;
      }
      expected *= size;
    }
    return true;
  }

  /**
   * The same elements, in the same order, under another shape. One size may be −1: it is what remains.
   *
   * @throws IllegalArgumentException if the number of elements differs, or the strides do not allow a view
   *     (then copy first, see {@link #contiguous})
   */
  public Tensor reshape(int... sizes) {
    var target = reshaped(sizes);
    var result = stridesOf(target);
    if (result == null) {
      throw new IllegalArgumentException(
          "cannot view " + this + " as " + target + " without copying: call contiguous(scope) first");
    }
    return new Tensor(storage, offset, target, result);
  }

  /**
   * Whether {@link #reshape} can do without a copy.
   *
   * @throws IllegalArgumentException if the number of elements differs
   */
  public boolean isReshapable(int... sizes) {
    return stridesOf(reshaped(sizes)) != null;
  }

  private Shape reshaped(int[] sizes) {
    var target = infer(sizes);
    if (target.elements() != elements()) {
      throw new IllegalArgumentException("cannot reshape " + shape + " (" + elements() + " elements) to "
          + target + " (" + target.elements() + " elements)");
    }
    return target;
  }

  private Shape infer(int[] sizes) {
    int unknown = -1;
    long known = 1;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == -1 && unknown < 0) {
        unknown = d;
      } else {
        known *= sizes[d];
      }
    }
    if (unknown < 0) {
      return Shape.of(sizes);
    }
    if (known == 0 || elements() % known != 0) {
      throw new IllegalArgumentException(
          "cannot reshape " + shape + " to " + Arrays.toString(sizes) + ": nothing fits the size -1");
    }
    int[] copy = sizes.clone();
    copy[unknown] = Math.toIntExact(elements() / known);
    return Shape.of(copy);
  }

  /**
   * Strides of {@code target} over this view; null if there are none. Dimensions are matched in runs,
   * outermost first: the shortest run of old ones and of new ones with the same number of elements. An old
   * run must be dense within itself.
   */
  private long[] stridesOf(Shape target) {
    if (isContiguous()) {
      return target.rowMajorStrides();
    }
    int[] old = IntStream.range(0, rank()).filter(d -> shape.size(d) != 1).toArray();
    var result = new long[target.rank()];
    Arrays.fill(result, 1); // what is left over at the end has size 1: any stride will do
    int next = 0;
    for (int from = 0, to; from < old.length; from = to) {
      to = from + 1;
      int last = next;
      long oldRun = shape.size(old[from]);
      long newRun = target.size(last++);
      while (oldRun != newRun) {
        if (newRun < oldRun) {
          newRun *= target.size(last++);
        } else {
          oldRun *= shape.size(old[to++]);
        }
      }
      for (int d = from; d + 1 < to; d++) {
        if (strides[old[d]] != strides[old[d + 1]] * shape.size(old[d + 1])) {
          return null;
        }
      }
      long stride = strides[old[to - 1]];
      for (int d = last - 1; d >= next; d--) {
        result[d] = stride;
        stride *= target.size(d);
      }
      next = last;
    }
    return result;
  }

  /** This view with dimensions {@code a} and {@code b} exchanged. */
  public Tensor transpose(int a, int b) {
    int[] sizes = shape.toArray();
    long[] swapped = strides.clone();
    int x = shape.axis(a);
    int y = shape.axis(b);
    sizes[x] = shape.size(y);
    sizes[y] = shape.size(x);
    swapped[x] = strides[y];
    swapped[y] = strides[x];
    return new Tensor(storage, offset, Shape.of(sizes), swapped);
  }

  /** The last two dimensions exchanged. */
  public Tensor transpose() {
    return transpose(-2, -1);
  }

  /**
   * The part of dimension {@code dim} in {@code [from, to)}.
   *
   * @throws IllegalArgumentException if the range does not lie in the dimension
   */
  public Tensor slice(int dim, int from, int to) {
    int axis = shape.axis(dim);
    if (from < 0 || to < from || to > shape.size(axis)) {
      throw new IllegalArgumentException(
          "slice [" + from + ", " + to + ") of dimension " + dim + " of shape " + shape);
    }
    return new Tensor(storage, offset + from * strides[axis], shape.with(axis, to - from), strides);
  }

  /** Element {@code index} of dimension {@code dim}, that dimension removed. */
  public Tensor select(int dim, int index) {
    var one = slice(dim, index, index + 1);
    int axis = shape.axis(dim);
    var sizes = new int[rank() - 1];
    var kept = new long[rank() - 1];
    for (int d = 0, k = 0; d < rank(); d++) {
      if (d != axis) {
        sizes[k] = shape.size(d);
        kept[k++] = strides[d];
      }
    }
    return new Tensor(storage, one.offset, Shape.of(sizes), kept);
  }

  /**
   * This view repeated, without copying, to {@code target}: dimensions are aligned at the last one, and those
   * of size 1 or missing get stride 0.
   *
   * @throws IllegalArgumentException if the shapes do not broadcast
   */
  public Tensor expand(Shape target) {
    if (!Shape.broadcast(shape, target).equals(target)) {
      throw new IllegalArgumentException("shape " + shape + " does not expand to " + target);
    }
    var expanded = new long[target.rank()];
    for (int d = 0; d < rank(); d++) {
      int to = d + target.rank() - rank();
      expanded[to] = shape.size(d) == 1 && target.size(to) != 1 ? 0 : strides[d];
    }
    return new Tensor(storage, offset, target, expanded);
  }

  /** This tensor if its elements lie densely, else a dense copy in {@code scope}. */
  public Tensor contiguous(Scope scope) {
    return isContiguous() ? this : keep(scope);
  }

  /** A dense copy in {@code scope}, which may outlive this tensor's own. */
  public Tensor keep(Scope scope) {
    var copy = scope.allocate(dtype(), shape);
    backend().copy(copy, this);
    return copy;
  }

  /** Copies {@code values} in, row by row; they are rounded to this dtype. */
  public void copyFrom(float[] values) {
    backend().upload(this, values);
  }

  /** Copies {@code values} in, row by row; they are rounded to this dtype. */
  public void copyFrom(double[] values) {
    backend().upload(this, values);
  }

  /** The values, row by row, as a fresh array. */
  public float[] toFloats() {
    return backend().downloadFloats(this);
  }

  /** The values, row by row, as a fresh array. */
  public double[] toDoubles() {
    return backend().downloadDoubles(this);
  }

  /** The values of an integer tensor, row by row, as a fresh array. */
  public int[] toInts() {
    return backend().downloadInts(this);
  }

  /** The single value of a tensor of one element. */
  public double item() {
    if (elements() != 1) {
      throw new IllegalArgumentException("item() of a tensor of shape " + shape);
    }
    return toDoubles()[0];
  }

  /** Type, shape, and the strides where they are not row by row: {@code F32(8, 576)}. */
  @Override
  public String toString() {
    return dtype() + shape.toString() + (isContiguous() ? "" : " strides " + Arrays.toString(strides));
  }
}
