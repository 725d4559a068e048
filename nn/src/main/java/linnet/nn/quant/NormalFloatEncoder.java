package linnet.nn.quant;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import linnet.nn.model.Weights;
import linnet.tensor.NormalFloat;

/**
 * Quantises to {@link NormalFloat}, as bitsandbytes' {@code quantize_4bit} does with {@code
 * compress_statistics}: of each 64 weights the largest magnitude is their scale, a weight the nearest of 16
 * numbers times that, of two that are equally near the smaller one; the scales, less their mean, are
 * quantised likewise, 256 at a time, to the nearest of 256 numbers. As bitsandbytes' CPU library does (0.50),
 * they are rounded to 65536 equal steps before that; its GPU kernels do not, and give the neighbour for about
 * one scale in a thousand.
 *
 * <p>Blocks are quantised by several threads; the mean is summed in order in F64, so that the bits are the
 * same for any number of them.
 */
final class NormalFloatEncoder {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int RUN = NormalFloat.RUN;
  /** Scales are not divided by less. */
  private static final float LEAST = 1e-38f;

  private static final int STEPS = 1 << 16;
  private static final float STEPS_PER_ONE = (STEPS - 1) / 2f;

  private final Nearest values = new Nearest(NormalFloat.values());
  private final byte[] scaleCodes = scaleCodes();
  private final OutInMatrix weight;
  private final MemorySegment out;
  private final float[] scales;

  /** @param out room for the blocks of all weights */
  NormalFloatEncoder(OutInMatrix weight, MemorySegment out) {
    this.weight = weight;
    this.out = out;
    this.scales = new float[Math.toIntExact(Math.ceilDiv(weight.elements(), (long) RUN))];
  }

  /** @throws linnet.nn.io.ModelFormatException if a weight is infinite or not a number */
  void run() {
    int blocks = Math.ceilDiv(scales.length, NormalFloat.SCALES);
    IntStream.range(0, blocks).parallel().forEach(this::weights);
    double sum = 0;
    for (float scale : scales) {
      sum += scale;
    }
    float mean = (float) (sum / scales.length);
    for (int block = 0; block < blocks; block++) {
      scales(block, mean);
    }
  }

  private void weights(int block) {
    long first = (long) block * NormalFloat.ELEMENTS;
    int n = (int) Math.min(NormalFloat.ELEMENTS, weight.elements() - first);
    var read = new float[n];
    weight.read(first, read, n);
    var codes = new byte[RUN];
    for (int from = 0; from < n; from += RUN) {
      int count = Math.min(RUN, n - from);
      float most = largest(read, from, count);
      if (!Float.isFinite(most)) {
        throw weight.error(Weights.NOT_FINITE);
      }
      int run = from / RUN;
      scales[block * NormalFloat.SCALES + run] = count < RUN ? Math.max(most, LEAST) : most;
      for (int i = 0; i < RUN; i++) {
        codes[i] = (byte) (i < count ? values.index(scaled(read[from + i], most, count < RUN)) : 0);
      }
      long at = run(block, run) + 1;
      for (int i = 0; i < RUN / 2; i++) {
        out.set(JAVA_BYTE, at + i, (byte) (codes[i] | codes[i + RUN / 2] << 4));
      }
    }
  }

  private void scales(int block, float mean) {
    int first = block * NormalFloat.SCALES;
    int n = Math.min(NormalFloat.SCALES, scales.length - first);
    for (int i = first; i < first + n; i++) {
      scales[i] -= mean;
    }
    float most = largest(scales, first, n);
    long at = (long) block * NormalFloat.BYTES;
    out.set(FLOAT, at, most);
    out.set(FLOAT, at + Float.BYTES, mean);
    for (int i = 0; i < n && most > 0; i++) {
      float scaled = scales[first + i] * (1 / most);
      int step = (int) ((scaled + 1) * STEPS_PER_ONE + 0.5f);
      out.set(JAVA_BYTE, run(block, i), scaleCodes[Math.clamp(step, 0, STEPS - 1)]);
    }
  }

  /** Where 64 weights begin, with the code of their scale. */
  private static long run(int block, int run) {
    return (long) block * NormalFloat.BYTES + NormalFloat.HEAD + (long) run * NormalFloat.RUN_BYTES;
  }

  /** The code of the number nearest to each step from −1 to 1. */
  private static byte[] scaleCodes() {
    var nearest = new Nearest(NormalFloat.scaleMap());
    var codes = new byte[STEPS];
    for (int step = 0; step < STEPS; step++) {
      codes[step] = (byte) nearest.index(step / STEPS_PER_ONE - 1);
    }
    return codes;
  }

  /** bitsandbytes multiplies by the reciprocal, but where the last run is shorter. */
  private static float scaled(float x, float most, boolean divides) {
    float least = Math.max(most, LEAST);
    return Math.clamp(divides ? x / least : x * (1 / least), -1f, 1f);
  }

  private static float largest(float[] x, int from, int n) {
    float most = 0;
    for (int i = from; i < from + n; i++) {
      most = Math.max(most, Math.abs(x[i]));
    }
    return most;
  }

  /** The nearest of some numbers between −1 and 1. */
  private static final class Nearest {
    /** So many parts of equal width that few numbers lie within one. */
    private static final int PARTS = 1 << 12;

    private final float[] middles;
    private final short[] first = new short[PARTS + 1];

    Nearest(float[] sorted) {
      middles = new float[sorted.length];
      for (int i = 0; i + 1 < sorted.length; i++) {
        middles[i] = (sorted[i] + sorted[i + 1]) / 2;
      }
      middles[sorted.length - 1] = Float.POSITIVE_INFINITY;
      for (int part = 0; part <= PARTS; part++) {
        float below = (part - 1) * (2f / PARTS) - 1; // a part to spare, for what rounding moves
        short i = 0;
        while (middles[i] < below) {
          i++;
        }
        first[part] = i;
      }
    }

    int index(float x) {
      int i = first[(int) ((x + 1) * (PARTS / 2))];
      while (middles[i] < x) {
        i++;
      }
      return i;
    }
  }
}
