package linnet.tensor.reference;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import linnet.tensor.Backend;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Storage;
import linnet.tensor.Tensor;

/**
 * Every simple primitive as a plain loop in F64, over any strides; the fused ones are the interfaces' default
 * methods. Nothing is rounded to F32 and nothing runs in parallel.
 */
public final class ReferenceBackend implements Backend {
  private final HeapCount heap = new HeapCount();
  private volatile boolean closed;

  @Override
  public String description() {
    return "reference, scalar F64, 1 thread";
  }

  @Override
  public Scope scope(String name) {
    if (closed) {
      throw new IllegalStateException("the reference backend is closed: no scope \"" + name
          + "\" can be opened");
    }
    return new ReferenceScope(name, this, heap);
  }

  @Override
  public Tensor adopt(Scope scope, DType dtype, Shape shape, MemorySegment bytes) {
    long needed = dtype.bytes(shape.elements());
    if (bytes.byteSize() != needed) {
      throw new IllegalArgumentException(
          dtype + shape.toString() + " takes " + needed + " bytes, and there are " + bytes.byteSize());
    }
    var tensor = scope.allocate(dtype, shape);
    switch (tensor.storage()) {
      case IntegerStorage integers -> integers.decode(bytes);
      case RealStorage reals -> reals.decode(bytes);
      case Storage other -> throw foreign(other);
    }
    return tensor;
  }

  @Override
  public long reservedBytes() {
    return heap.bytes();
  }

  @Override
  public void limitBytes(long bytes) {
    heap.limit(bytes);
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public void fill(Tensor out, double value) {
    int[] to = Offsets.of(out);
    switch (out.storage()) {
      case IntegerStorage integers -> {
        for (int o : to) {
          integers.set(o, (long) value);
        }
      }
      case RealStorage reals -> {
        for (int o : to) {
          reals.set(o, value);
        }
      }
      case Storage other -> throw foreign(other);
    }
  }

  @Override
  public void copy(Tensor out, Tensor x) {
    requireSameShape(out, x);
    int[] to = Offsets.of(out);
    int[] from = Offsets.of(x);
    if (out.storage() instanceof IntegerStorage target && x.storage() instanceof IntegerStorage source) {
      for (int i = 0; i < to.length; i++) {
        target.set(to[i], source.get(from[i]));
      }
      return;
    }
    var target = reals(out);
    var source = reals(x);
    for (int i = 0; i < to.length; i++) {
      if (out.dtype() == x.dtype()) {
        target.setSame(to[i], source, from[i]);
      } else {
        target.set(to[i], source.get(from[i]));
      }
    }
  }

  @Override
  public void unary(Unary f, Tensor out, Tensor x) {
    requireSameShape(out, x);
    int[] to = Offsets.of(out);
    int[] from = Offsets.of(x);
    var target = reals(out);
    var source = reals(x);
    for (int i = 0; i < to.length; i++) {
      target.set(to[i], Scalars.apply(f, source.get(from[i])));
    }
  }

  @Override
  public void binary(Binary f, Tensor out, Tensor a, Tensor b) {
    requireSameShape(out, a);
    requireSameShape(out, b);
    int[] to = Offsets.of(out);
    int[] fromA = Offsets.of(a);
    int[] fromB = Offsets.of(b);
    var target = reals(out);
    var left = reals(a);
    var right = reals(b);
    for (int i = 0; i < to.length; i++) {
      target.set(to[i], Scalars.apply(f, left.get(fromA[i]), right.get(fromB[i])));
    }
  }

  @Override
  public void affine(Tensor out, Tensor x, double scale, double shift) {
    requireSameShape(out, x);
    int[] to = Offsets.of(out);
    int[] from = Offsets.of(x);
    var target = reals(out);
    var source = reals(x);
    for (int i = 0; i < to.length; i++) {
      target.set(to[i], source.get(from[i]) * scale + shift);
    }
  }

  @Override
  public void addScaled(Tensor out, Tensor x, double scale) {
    requireSameShape(out, x);
    int[] to = Offsets.of(out);
    int[] from = Offsets.of(x);
    var target = reals(out);
    var source = reals(x);
    for (int i = 0; i < to.length; i++) {
      target.set(to[i], target.get(to[i]) + source.get(from[i]) * scale);
    }
  }

  @Override
  public void dropout(Tensor out, Tensor x, double p, long[] rowKeys) {
    requireSameShape(out, x);
    require(x.rank() == 2 && x.size(0) == rowKeys.length, "dropout of x", x,
        "with " + rowKeys.length + " row keys");
    int[] to = Offsets.of(out);
    int[] from = Offsets.of(x);
    var target = reals(out);
    var source = reals(x);
    for (int i = 0; i < to.length; i++) {
      int t = i / x.size(1);
      boolean kept = new RandomKey(rowKeys[t]).uniform(i % x.size(1)) >= p;
      target.set(to[i], kept ? source.get(from[i]) / (1 - p) : 0);
    }
  }

  @Override
  public void reduce(Reduction f, Tensor out, Tensor x) {
    require(out.rank() == x.rank()
        && IntStream.range(0, x.rank()).allMatch(d -> out.size(d) == 1 || out.size(d) == x.size(d)),
        "reduction of x", x, "to " + out);
    var results = new double[(int) out.elements()];
    Arrays.fill(results, f == Reduction.SUM ? 0 : Double.NEGATIVE_INFINITY);
    int[] from = Offsets.of(x);
    int[] into = Offsets.reduced(x.shape(), out.shape());
    var source = reals(x);
    for (int i = 0; i < from.length; i++) {
      double value = source.get(from[i]);
      results[into[i]] = f == Reduction.SUM ? results[into[i]] + value : Math.max(results[into[i]], value);
    }
    upload(out, results);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return Arrays.stream(downloadDoubles(x)).reduce(0, (sum, value) -> sum + value * value);
  }

  @Override
  public boolean allFinite(Tensor x) {
    return Arrays.stream(downloadDoubles(x)).allMatch(Double::isFinite);
  }

  @Override
  public void matmul(Tensor out, Tensor a, Tensor b) {
    fill(out, 0);
    matmulAdd(out, a, b);
  }

  @Override
  public void matmulAdd(Tensor out, Tensor a, Tensor b) {
    int batch = out.rank() - 2;
    require(batch >= 0 && a.rank() == out.rank() && b.rank() == out.rank()
        && out.size(-2) == a.size(-2) && a.size(-1) == b.size(-2) && out.size(-1) == b.size(-1)
        && IntStream.range(0, batch).allMatch(d -> out.size(d) == a.size(d) && out.size(d) == b.size(d)),
        "product out(…,M,N) = a(…,M,K) · b(…,K,N) of a", a, "and b " + b + " into " + out);
    int[] startOut = Offsets.leading(out, batch);
    int[] startA = Offsets.leading(a, batch);
    int[] startB = Offsets.leading(b, batch);
    var target = reals(out);
    var left = reals(a);
    var right = reals(b);
    int depth = a.size(-1);
    int stepA = (int) a.stride(-1);
    int stepB = (int) b.stride(-2);
    for (int s = 0; s < startOut.length; s++) {
      for (int m = 0; m < out.size(-2); m++) {
        for (int n = 0; n < out.size(-1); n++) {
          int atA = (int) (startA[s] + m * a.stride(-2));
          int atB = (int) (startB[s] + n * b.stride(-1));
          int at = (int) (startOut[s] + m * out.stride(-2) + n * out.stride(-1));
          double sum = 0;
          for (int k = 0; k < depth; k++) {
            sum += left.get(atA + k * stepA) * right.get(atB + k * stepB);
          }
          target.set(at, target.get(at) + sum);
        }
      }
    }
  }

  @Override
  public void gatherRows(Tensor out, Tensor table, Tensor rows) {
    int[] indices = checkedRows(table, rows, out);
    for (int t = 0; t < indices.length; t++) {
      copy(out.select(0, t), table.select(0, indices[t]));
    }
  }

  @Override
  public void scatterAddRows(Tensor table, Tensor rows, Tensor x) {
    int[] indices = checkedRows(table, rows, x);
    for (int t = 0; t < indices.length; t++) {
      addScaled(table.select(0, indices[t]), x.select(0, t), 1);
    }
  }

  private int[] checkedRows(Tensor table, Tensor rows, Tensor x) {
    require(table.rank() == 2 && rows.rank() == 1 && x.rank() == 2 && x.size(0) == rows.size(0)
        && x.size(1) == table.size(1), "rows of table(V,D)", table,
        "by rows(T) " + rows + " for x(T,D) " + x);
    int[] indices = downloadInts(rows);
    for (int t = 0; t < indices.length; t++) {
      if (indices[t] < 0 || indices[t] >= table.size(0)) {
        throw new IllegalArgumentException("index " + indices[t] + " at position " + t
            + " does not lie in a table of " + table.size(0) + " rows");
      }
    }
    return indices;
  }

  @Override
  public void upload(Tensor out, float[] values) {
    var doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    upload(out, doubles);
  }

  @Override
  public void upload(Tensor out, double[] values) {
    requireLength(out, values.length);
    int[] to = Offsets.of(out);
    var target = reals(out);
    for (int i = 0; i < values.length; i++) {
      target.set(to[i], values[i]);
    }
  }

  @Override
  public void upload(Tensor out, int[] values) {
    requireLength(out, values.length);
    if (out.storage() instanceof IntegerStorage target) {
      int[] to = Offsets.of(out);
      for (int i = 0; i < values.length; i++) {
        target.set(to[i], values[i]);
      }
    } else {
      upload(out, Arrays.stream(values).asDoubleStream().toArray());
    }
  }

  @Override
  public float[] downloadFloats(Tensor x) {
    double[] doubles = downloadDoubles(x);
    var result = new float[doubles.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) doubles[i];
    }
    return result;
  }

  @Override
  public double[] downloadDoubles(Tensor x) {
    var storage = x.storage();
    return switch (storage) {
      case IntegerStorage integers -> Arrays.stream(Offsets.of(x)).mapToDouble(integers::get).toArray();
      case RealStorage reals -> Arrays.stream(Offsets.of(x)).mapToDouble(reals::get).toArray();
      default -> throw foreign(storage);
    };
  }

  @Override
  public int[] downloadInts(Tensor x) {
    if (x.storage() instanceof IntegerStorage integers) {
      return Arrays.stream(Offsets.of(x)).map(o -> Math.toIntExact(integers.get(o))).toArray();
    }
    throw new IllegalArgumentException(x + " does not hold integers: read it as floats or doubles");
  }

  private static RealStorage reals(Tensor x) {
    return switch (x.storage()) {
      case RealStorage reals -> reals;
      case IntegerStorage _ -> throw new IllegalArgumentException(
          x + " holds integers, and real numbers are needed");
      case Storage other -> throw foreign(other);
    };
  }

  private static IllegalArgumentException foreign(Storage storage) {
    return new IllegalArgumentException("a tensor of another backend ("
        + storage.scope().backend().description() + ", scope \"" + storage.scope().name()
        + "\") was given to the reference backend: copy it across first");
  }

  private static void requireSameShape(Tensor out, Tensor x) {
    require(out.shape().equals(x.shape()), "element-wise operand", x, "for an output " + out);
  }

  private static void requireLength(Tensor out, int values) {
    require(out.elements() == values, "upload to", out, "of " + values + " values");
  }

  private static void require(boolean fits, String what, Tensor x, String with) {
    if (!fits) {
      throw new IllegalArgumentException(what + " " + x + " " + with + ": the shapes do not fit");
    }
  }
}
