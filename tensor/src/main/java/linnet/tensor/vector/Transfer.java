package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Tensor;

/** Values in, out and between dtypes: row by row, any strides. */
final class Transfer {
  /** Bytes below which a copy is not worth a hand-over. */
  private static final long SMALL = 1 << 20;

  private final Crew crew;
  private final Staging staging;

  Transfer(Crew crew, StorageLanes storage) {
    this.crew = crew;
    this.staging = new Staging(storage);
  }

  /** out = x, in the dtype of {@code out}. */
  void copy(Tensor out, Tensor x) {
    Elementwise.requireSameShape(out, x);
    if (out.elements() == 0) {
      return;
    }
    if (out.dtype() == x.dtype() && out.isContiguous() && x.isContiguous()) {
      bytes(out, x);
    } else if (out.dtype().isInteger() && x.dtype().isInteger()) {
      integers(out, x);
    } else if (out.dtype() == DType.F64 || x.dtype() == DType.F64) {
      upload(out, downloadDoubles(x));
    } else {
      floats(out, x);
    }
  }

  /** In one piece for each thread: in long ones, the JVM's copy passes the caches by. */
  private void bytes(Tensor out, Tensor x) {
    var dtype = x.dtype();
    var from = Native.segment(x);
    var to = Native.segment(out);
    long fromAt = dtype.offset(x.offset());
    long toAt = dtype.offset(out.offset());
    long bytes = dtype.bytes(x.elements());
    if (bytes < SMALL) {
      MemorySegment.copy(from, fromAt, to, toAt, bytes);
    } else {
      long piece = Math.ceilDiv(bytes, crew.threads());
      crew.run((int) Math.ceilDiv(bytes, piece), (index, workspace) -> {
        long at = index * piece;
        MemorySegment.copy(from, fromAt + at, to, toAt + at, Math.min(piece, bytes - at));
      });
    }
  }

  private static void integers(Tensor out, Tensor x) {
    var plan = RowPlan.inOrder(out, x);
    var from = Native.segment(x);
    var to = Native.segment(out);
    var value = new long[1];
    for (long row = 0; row < plan.rows(); row++) {
      long source = x.offset() + plan.rowOffset(1, row);
      long target = out.offset() + plan.rowOffset(0, row);
      for (long i = 0; i < plan.row(); i++) {
        Codec.decode(x.dtype(), from, source + i * plan.rowStrides()[1], value, 0, 1);
        setInteger(out.dtype(), to, target + i * plan.rowStrides()[0], value[0]);
      }
    }
  }

  /** out = value, of an integer type. */
  void fillIntegers(Tensor out, long value) {
    var plan = RowPlan.inOrder(out);
    var to = Native.segment(out);
    for (long i = 0; i < out.elements(); i++) {
      long at = out.offset() + plan.rowOffset(0, i / plan.row()) + i % plan.row() * plan.rowStrides()[0];
      setInteger(out.dtype(), to, at, value);
    }
  }

  private static void setInteger(DType dtype, MemorySegment to, long element, long value) {
    switch (dtype) {
      case I64 -> to.set(Native.I64, 8 * element, value);
      case I32 -> to.set(Native.I32, 4 * element, (int) value);
      case U8 -> to.set(ValueLayout.JAVA_BYTE, element, (byte) value);
      default -> throw new IllegalArgumentException("integers do not go into " + dtype);
    }
  }

  private void floats(Tensor out, Tensor x) {
    var plan = RowPlan.anyOrder(out, x);
    var from = Native.segment(x);
    var to = Native.segment(out);
    long pieces = plan.pieces();
    long perTask = crew.rowsPerTask(pieces, Math.min(plan.row(), Tree.CHUNK));
    crew.run(Math.toIntExact(Math.ceilDiv(pieces, perTask)), (task, workspace) -> {
      for (long p = task * perTask; p < Math.min(pieces, (task + 1) * perTask); p++) {
        long piece = p / plan.rows();
        long row = p % plan.rows();
        int n = plan.pieceLength(piece);
        var values = workspace.array(Workspace.Purpose.ROWS, n);
        long source = x.offset() + plan.rowOffset(1, row) + piece * Tree.CHUNK * plan.rowStrides()[1];
        long target = out.offset() + plan.rowOffset(0, row) + piece * Tree.CHUNK * plan.rowStrides()[0];
        staging.load(x.dtype(), from, source, plan.rowStrides()[1], values, 0, n);
        staging.store(values, out.dtype(), to, target, plan.rowStrides()[0], n);
      }
    });
  }

  /** Rounds {@code values} to the dtype of {@code out}. */
  void upload(Tensor out, double[] values) {
    upload(out, values.length, (from, n, to, target) -> Codec.encode(out.dtype(), values, from, n, to, target));
  }

  /** Rounds {@code values} to the dtype of {@code out}. */
  void upload(Tensor out, float[] values) {
    upload(out, values.length, (from, n, to, target) -> Codec.encode(out.dtype(), values, from, n, to, target));
  }

  /** Writes {@code n} values from the one of index {@code from} on, to element {@code target} and those behind it. */
  private interface Encoder {
    void encode(int from, int n, MemorySegment to, long target);
  }

  private static void upload(Tensor out, int length, Encoder values) {
    requireLength(out, length);
    var plan = RowPlan.inOrder(out);
    var to = Native.segment(out);
    int at = 0;
    for (long row = 0; row < plan.rows(); row++) {
      long target = out.offset() + plan.rowOffset(0, row);
      int n = Math.toIntExact(plan.row());
      if (plan.rowStrides()[0] == 1) {
        values.encode(at, n, to, target);
      } else {
        for (int i = 0; i < n; i++) {
          values.encode(at + i, 1, to, target + i * plan.rowStrides()[0]);
        }
      }
      at += n;
    }
  }

  /** Into integers as they are, into floating types rounded. */
  void upload(Tensor out, int[] values) {
    requireLength(out, values.length);
    if (out.dtype().isFloating()) {
      upload(out, Arrays.stream(values).asDoubleStream().toArray());
      return;
    }
    var plan = RowPlan.inOrder(out);
    var to = Native.segment(out);
    int at = 0;
    for (long row = 0; row < plan.rows(); row++) {
      long target = out.offset() + plan.rowOffset(0, row);
      for (long i = 0; i < plan.row(); i++) {
        setInteger(out.dtype(), to, target + i * plan.rowStrides()[0], values[at++]);
      }
    }
  }

  /** All values. */
  float[] downloadFloats(Tensor x) {
    var values = new float[Math.toIntExact(x.elements())];
    var plan = RowPlan.inOrder(x);
    var from = Native.segment(x);
    int n = Math.toIntExact(plan.row());
    for (int at = 0; at < values.length; at += n) {
      staging.load(x.dtype(), from, x.offset() + plan.rowOffset(0, at / n), plan.rowStrides()[0], values,
          at, n);
    }
    return values;
  }

  /** All values. */
  double[] downloadDoubles(Tensor x) {
    var values = new double[Math.toIntExact(x.elements())];
    var plan = RowPlan.inOrder(x);
    var from = Native.segment(x);
    int n = Math.toIntExact(plan.row());
    for (int at = 0; at < values.length; at += n) {
      long source = x.offset() + plan.rowOffset(0, at / n);
      for (int i = 0; i < n; i++) {
        Codec.decode(x.dtype(), from, source + i * plan.rowStrides()[0], values, at + i, 1);
      }
    }
    return values;
  }

  /** All values of an integer tensor. */
  int[] downloadInts(Tensor x) {
    var values = new int[Math.toIntExact(x.elements())];
    var plan = RowPlan.inOrder(x);
    var from = Native.segment(x);
    int n = Math.toIntExact(plan.row());
    var value = new long[1];
    for (int i = 0; i < values.length; i++) {
      Codec.decode(x.dtype(), from, x.offset() + plan.rowOffset(0, i / n) + i % n * plan.rowStrides()[0],
          value, 0, 1);
      values[i] = Math.toIntExact(value[0]);
    }
    return values;
  }

  private static void requireLength(Tensor out, int length) {
    if (out.elements() != length) {
      throw new IllegalArgumentException(length + " values for " + out + ", which has " + out.elements());
    }
  }
}
