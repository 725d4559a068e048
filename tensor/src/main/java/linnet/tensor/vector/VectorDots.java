package linnet.tensor.vector;

import static linnet.tensor.vector.VectorBlocks.half;
import static linnet.tensor.vector.VectorBlocks.toFloats;
import static linnet.tensor.vector.VectorBlocks.widen;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;
import static linnet.tensor.vector.Width.load;
import static linnet.tensor.vector.Width.loadBfloat16;
import static linnet.tensor.vector.Width.loadFloat16;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import linnet.tensor.DType;

/**
 * {@link DotLanes} on the Vector API.
 *
 * <p>Stored rows are read one by one from front to back, since memory is slower when several are read in
 * turn: a pass does as many lanes at once as there are registers for, all of them but with the smallest
 * vectors.
 */
final class VectorDots implements DotLanes {
  private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;
  private static final int HALF = LANES / 2;
  /** Whether a pass does two vectors of each half of the lanes, not one that is as long as a half. */
  private static final boolean PAIRS = L < HALF;
  /** Lanes of each half that a pass does. */
  private static final int STEP = PAIRS ? 2 * L : L;

  private static final int Q8_BYTES = DType.Q8_0.bytesPerBlock();
  private static final int Q4_BYTES = DType.Q4_0.bytesPerBlock();
  private static final int Q4_1_BYTES = DType.Q4_1.bytesPerBlock();

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
  public boolean readsStored(DType dtype) {
    return switch (dtype) {
      case F32, BF16, F16, Q8_0, Q4_0, Q4_1 -> true;
      default -> false;
    };
  }

  @Override
  public void products(float[] a, int aAt, int n, DType dtype, MemorySegment b, long first, long stride,
      int rows, float[] sums, int at) {
    var lanes = new float[LANES];
    int end = readsStored(dtype) ? n - n % LANES : 0;
    int step = dtype == DType.F16 ? L : STEP;
    for (int r = 0; r < rows; r++) {
      long row = first + r * stride;
      for (int part = 0; part < HALF; part += step) {
        switch (dtype) {
          case F32 -> f32(a, aAt + part, b, 4 * (row + part), end, lanes, part);
          case BF16 -> bf16(a, aAt + part, b, 2 * (row + part), end, lanes, part);
          case F16 -> f16(a, aAt + part, b, 2 * (row + part), end, lanes, part);
          case Q8_0 -> q8(a, aAt + part, b, start(dtype, row) + part, end, lanes, part);
          case Q4_0 -> q4(a, aAt + part, b, start(dtype, row) + part, end, lanes, part);
          case Q4_1 -> q4WithMinimum(a, aAt + part, b, start(dtype, row) + part, end, lanes, part);
          default -> Arrays.fill(lanes, 0);
        }
      }
      if (end < n) {
        tail.addStored(a, aAt + end, n - end, dtype, b, row + end, lanes);
      }
      combine(lanes, 0, 1, sums, at + r);
    }
  }

  private static void f32(float[] a, int aAt, MemorySegment b, long row, int n, float[] lanes, int part) {
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    for (int i = 0; i < n; i += LANES) {
      s0 = of(a, aAt + i).fma(load(b, row, i), s0);
      t0 = of(a, aAt + i + HALF).fma(load(b, row, i + HALF), t0);
      if (PAIRS) {
        s1 = of(a, aAt + i + L).fma(load(b, row, i + L), s1);
        t1 = of(a, aAt + i + HALF + L).fma(load(b, row, i + HALF + L), t1);
      }
    }
    store(s0, s1, t0, t1, lanes, part);
  }

  private static void bf16(float[] a, int aAt, MemorySegment b, long row, int n, float[] lanes, int part) {
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    for (int i = 0; i < n; i += LANES) {
      s0 = of(a, aAt + i).fma(loadBfloat16(b, row, i), s0);
      t0 = of(a, aAt + i + HALF).fma(loadBfloat16(b, row, i + HALF), t0);
      if (PAIRS) {
        s1 = of(a, aAt + i + L).fma(loadBfloat16(b, row, i + L), s1);
        t1 = of(a, aAt + i + HALF + L).fma(loadBfloat16(b, row, i + HALF + L), t1);
      }
    }
    store(s0, s1, t0, t1, lanes, part);
  }

  /** One vector of each half: decoding takes so many operations that C2 would not inline those of four. */
  private static void f16(float[] a, int aAt, MemorySegment b, long row, int n, float[] lanes, int part) {
    var s = FloatVector.zero(S);
    var t = FloatVector.zero(S);
    for (int i = 0; i < n; i += LANES) {
      s = of(a, aAt + i).fma(loadFloat16(b, row, i), s);
      t = of(a, aAt + i + HALF).fma(loadFloat16(b, row, i + HALF), t);
    }
    s.intoArray(lanes, part);
    t.intoArray(lanes, part + HALF);
  }

  private static void q8(float[] a, int aAt, MemorySegment b, long row, int n, float[] lanes, int part) {
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    for (int i = 0; i < n; i += LANES) {
      long block = row + i / LANES * (long) Q8_BYTES;
      var scale = broadcast(half(b, block - part));
      s0 = of(a, aAt + i).fma(q8(b, block, 0).mul(scale), s0);
      t0 = of(a, aAt + i + HALF).fma(q8(b, block + HALF, 0).mul(scale), t0);
      if (PAIRS) {
        s1 = of(a, aAt + i + L).fma(q8(b, block, 1).mul(scale), s1);
        t1 = of(a, aAt + i + HALF + L).fma(q8(b, block + HALF, 1).mul(scale), t1);
      }
    }
    store(s0, s1, t0, t1, lanes, part);
  }

  private static void q4(float[] a, int aAt, MemorySegment b, long row, int n, float[] lanes, int part) {
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    for (int i = 0; i < n; i += LANES) {
      long block = row + i / LANES * (long) Q4_BYTES;
      var scale = broadcast(half(b, block - part));
      var pairs = nibbles(b, block + 2, 0);
      s0 = of(a, aAt + i).fma(toFloats(low(pairs).sub(8)).mul(scale), s0);
      t0 = of(a, aAt + i + HALF).fma(toFloats(high(pairs).sub(8)).mul(scale), t0);
      if (PAIRS) {
        var more = nibbles(b, block + 2, 1);
        s1 = of(a, aAt + i + L).fma(toFloats(low(more).sub(8)).mul(scale), s1);
        t1 = of(a, aAt + i + HALF + L).fma(toFloats(high(more).sub(8)).mul(scale), t1);
      }
    }
    store(s0, s1, t0, t1, lanes, part);
  }

  private static void q4WithMinimum(float[] a, int aAt, MemorySegment b, long row, int n, float[] lanes,
      int part) {
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    for (int i = 0; i < n; i += LANES) {
      long block = row + i / LANES * (long) Q4_1_BYTES;
      var scale = broadcast(half(b, block - part));
      var minimum = broadcast(half(b, block - part + 2));
      var pairs = nibbles(b, block + 4, 0);
      s0 = of(a, aAt + i).fma(toFloats(low(pairs)).fma(scale, minimum), s0);
      t0 = of(a, aAt + i + HALF).fma(toFloats(high(pairs)).fma(scale, minimum), t0);
      if (PAIRS) {
        var more = nibbles(b, block + 4, 1);
        s1 = of(a, aAt + i + L).fma(toFloats(low(more)).fma(scale, minimum), s1);
        t1 = of(a, aAt + i + HALF + L).fma(toFloats(high(more)).fma(scale, minimum), t1);
      }
    }
    store(s0, s1, t0, t1, lanes, part);
  }

  private static FloatVector q8(MemorySegment b, long at, int second) {
    return toFloats(widen(b, at + 2, second, VectorOperators.B2I));
  }

  private static IntVector nibbles(MemorySegment b, long at, int second) {
    return widen(b, at, second, VectorOperators.ZERO_EXTEND_B2I);
  }

  private static IntVector low(IntVector pairs) {
    return pairs.and(0xF);
  }

  private static IntVector high(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHR, 4);
  }

  /** The byte that the block of an element begins with. */
  private static long start(DType dtype, long element) {
    return element / LANES * dtype.bytesPerBlock();
  }

  private static FloatVector of(float[] a, int at) {
    return FloatVector.fromArray(S, a, at);
  }

  private static void store(FloatVector s0, FloatVector s1, FloatVector t0, FloatVector t1, float[] lanes,
      int part) {
    s0.intoArray(lanes, part);
    t0.intoArray(lanes, part + HALF);
    if (PAIRS) {
      s1.intoArray(lanes, part + L);
      t1.intoArray(lanes, part + HALF + L);
    }
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
