package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;
import static linnet.tensor.vector.Width.load;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import linnet.tensor.DType;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * {@link DotLanes} on the Vector API. Stored rows are read one by one from front to back, since memory is
 * slower when several are read in turn.
 */
final class VectorDots implements DotLanes {
  private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;
  private static final int HALF = LANES / 2;
  /** Weights that are summed by one call, in whole rows: unpacked, they stay in the innermost cache. */
  private static final int PIECE = 8192;
  private static final Map<DType, StoredRow> KERNELS = new EnumMap<>(DType.class);

  static {
    for (var dtype : DType.values()) {
      KERNELS.put(dtype, StoredRow.of(dtype));
    }
  }

  private final ScalarDots tail = new ScalarDots();

  @Override
  public void addProducts(float[] a, int aAt, float[] b, int bStride, int n, float[] lanes, int lanesAt) {
    int end = n - n % LANES;
    for (int part = 0; part < HALF; part += L) {
      addPart(a, aAt + part, b, part, bStride, end, lanes, lanesAt + part);
    }
    tail.addProducts(a, aAt, b, bStride, end, n, lanes, lanesAt);
  }

  private static void addPart(float[] a, int aAt, float[] b, int bAt, int bStride, int n, float[] lanes,
      int at) {
    var s0 = of(lanes, at);
    var t0 = of(lanes, at + HALF);
    var s1 = of(lanes, at + LANES);
    var t1 = of(lanes, at + LANES + HALF);
    var s2 = of(lanes, at + 2 * LANES);
    var t2 = of(lanes, at + 2 * LANES + HALF);
    var s3 = of(lanes, at + 3 * LANES);
    var t3 = of(lanes, at + 3 * LANES + HALF);
    int b1 = bAt + bStride;
    int b2 = b1 + bStride;
    int b3 = b2 + bStride;
    for (int i = 0; i < n; i += LANES) {
      var x = of(a, aAt + i);
      var y = of(a, aAt + i + HALF);
      s0 = x.fma(of(b, bAt + i), s0);
      t0 = y.fma(of(b, bAt + i + HALF), t0);
      s1 = x.fma(of(b, b1 + i), s1);
      t1 = y.fma(of(b, b1 + i + HALF), t1);
      s2 = x.fma(of(b, b2 + i), s2);
      t2 = y.fma(of(b, b2 + i + HALF), t2);
      s3 = x.fma(of(b, b3 + i), s3);
      t3 = y.fma(of(b, b3 + i + HALF), t3);
    }
    s0.intoArray(lanes, at);
    t0.intoArray(lanes, at + HALF);
    s1.intoArray(lanes, at + LANES);
    t1.intoArray(lanes, at + LANES + HALF);
    s2.intoArray(lanes, at + 2 * LANES);
    t2.intoArray(lanes, at + 2 * LANES + HALF);
    s3.intoArray(lanes, at + 3 * LANES);
    t3.intoArray(lanes, at + 3 * LANES + HALF);
  }

  @Override
  public void products(float[] a, int aAt, int n, DType dtype, MemorySegment b, long first, long stride,
      int rows, float[] sums, int at, Workspace workspace) {
    var kernel = KERNELS.get(dtype);
    if (kernel == null) {
      tail.products(a, aAt, n, dtype, b, first, stride, rows, sums, at, workspace);
      return;
    }
    int end = n - n % kernel.unit();
    int step = Math.min(rows, Math.max(2, PIECE / n));
    var lanes = workspace.array(Purpose.LANES, (step + 1) * LANES);
    for (int r = 0; r < rows; r += step) {
      int count = Math.min(step, rows - r);
      long row = first + r * stride;
      kernel.sum(a, aAt, end, b, row, stride, count, lanes, workspace);
      for (int k = 0; k < count && end < n; k++) {
        tail.addStored(a, aAt + end, n - end, dtype, b, row + k * stride + end, lanes, k * LANES);
      }
      combine(lanes, 0, count, sums, at + r);
    }
  }

  private static FloatVector of(float[] a, int at) {
    return FloatVector.fromArray(S, a, at);
  }

  @Override
  public void combine(float[] lanes, int lanesAt, int count, float[] sums, int at) {
    for (int s = 0; s < count; s++) {
      int from = lanesAt + s * LANES;
      var ends = bothHalves(lanes, from).add(bothHalves(lanes, from + 8));
      var middle = bothHalves(lanes, from + 4).add(bothHalves(lanes, from + 12));
      ends.add(middle).intoArray(lanes, from);
      sums[at + s] = (lanes[from] + lanes[from + 2]) + (lanes[from + 1] + lanes[from + 3]);
    }
  }

  @Override
  public void weightedSum(MemorySegment weights, long from, int n, MemorySegment rows, long first,
      long stride, int width, MemorySegment out, long at) {
    if (width < L) {
      tail.weightedSum(weights, from, n, rows, first, stride, width, out, at);
      return;
    }
    int step = width < 4 * L ? L : 4 * L;
    for (int d = 0; d < width; d += step) {
      int begin = Math.min(d, width - step); // the last step does again what the one before it did
      if (step == L) {
        oneVector(weights, from, n, rows, 4 * (first + begin), 4 * stride, out, 4 * (at + begin));
      } else {
        fourVectors(weights, from, n, rows, 4 * (first + begin), 4 * stride, out, 4 * (at + begin));
      }
    }
  }

  /** Offsets and stride in bytes. */
  private static void oneVector(MemorySegment weights, long from, int n, MemorySegment rows, long first,
      long stride, MemorySegment out, long at) {
    var sum = FloatVector.zero(S);
    for (int i = 0; i < n; i++) {
      sum = broadcast(Native.get(weights, from + i)).fma(load(rows, first + i * stride, 0), sum);
    }
    Width.store(sum, out, at, 0);
  }

  /** Offsets and stride in bytes. */
  private static void fourVectors(MemorySegment weights, long from, int n, MemorySegment rows, long first,
      long stride, MemorySegment out, long at) {
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var s2 = FloatVector.zero(S);
    var s3 = FloatVector.zero(S);
    for (int i = 0; i < n; i++) {
      var weight = broadcast(Native.get(weights, from + i));
      long row = first + i * stride;
      s0 = weight.fma(load(rows, row, 0), s0);
      s1 = weight.fma(load(rows, row, L), s1);
      s2 = weight.fma(load(rows, row, 2 * L), s2);
      s3 = weight.fma(load(rows, row, 3 * L), s3);
    }
    Width.store(s0, out, at, 0);
    Width.store(s1, out, at, L);
    Width.store(s2, out, at, 2 * L);
    Width.store(s3, out, at, 3 * L);
  }

  private static FloatVector bothHalves(float[] lanes, int at) {
    return FloatVector.fromArray(QUARTER, lanes, at).add(FloatVector.fromArray(QUARTER, lanes, at + HALF));
  }
}
