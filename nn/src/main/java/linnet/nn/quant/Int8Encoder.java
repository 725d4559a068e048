package linnet.nn.quant;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import linnet.nn.model.Weights;
import linnet.tensor.DType;

/**
 * Quantises to {@link DType#INT8}, as bitsandbytes' {@code Linear8bitLt} does: weights are rounded to F16, a
 * row's largest magnitude becomes 127, the others to the nearest of the integers between, ties to even. Rows
 * are filled up with zeros to whole blocks.
 */
final class Int8Encoder {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int BLOCK = DType.INT8.elementsPerBlock();
  private static final int LARGEST = 127;

  private final OutInMatrix weight;
  private final MemorySegment out;

  /** @param out zeros, room for all rows */
  Int8Encoder(OutInMatrix weight, MemorySegment out) {
    this.weight = weight;
    this.out = out;
  }

  /** The length that rows are filled up to. */
  static int padded(int columns) {
    return Math.ceilDiv(columns, BLOCK) * BLOCK;
  }

  /** @throws linnet.nn.io.ModelFormatException if F16 cannot hold a weight, or it is not a number */
  void run() {
    IntStream.range(0, weight.rows()).parallel().forEach(this::row);
  }

  private void row(int row) {
    int n = weight.columns();
    var values = new float[n];
    weight.read((long) row * n, values, n);
    float most = 0;
    for (int i = 0; i < n; i++) {
      float half = Float.float16ToFloat(Float.floatToFloat16(values[i]));
      if (!Float.isFinite(half)) {
        throw weight.error(Float.isFinite(values[i]) ? "found " + values[i] + " in row " + row
            + ", which is beyond F16's range, as 8-bit weights must not be; choose nf4" : Weights.NOT_FINITE);
      }
      values[i] = half;
      most = Math.max(most, Math.abs(half));
    }
    float factor = most > 0 ? 1 / most * LARGEST : 0; // two roundings: so PyTorch divides a number by a tensor
    short scale = Float.floatToFloat16(most);
    long at = DType.INT8.offset((long) row * padded(n));
    for (int from = 0; from < n; from += BLOCK, at += DType.INT8.bytesPerBlock()) {
      out.set(SHORT, at, scale);
      for (int i = from; i < Math.min(n, from + BLOCK); i++) {
        out.set(JAVA_BYTE, at + Short.BYTES + i - from, (byte) Math.rint(values[i] * factor));
      }
    }
  }
}
