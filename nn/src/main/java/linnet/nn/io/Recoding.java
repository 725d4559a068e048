package linnet.nn.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/**
 * Writes a stored tensor as another element type, rounding to nearest even, a chunk at a time. A finite value
 * that the new type would make infinite is an error: a model must not be damaged in silence.
 *
 * @param source the stored tensor
 * @param target F64, F32, F16 or BF16
 */
record Recoding(StoredTensor source, DType target) implements OutgoingTensor.Data {
  /** A multiple of every block size. */
  private static final int CHUNK = 1 << 16;

  @Override
  public void writeTo(SegmentSink sink) throws IOException {
    if (source.dtype() == target) {
      sink.write(source.bytes());
      return;
    }
    long elements = source.shape().elements();
    var values = new double[(int) Math.min(CHUNK, elements)];
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(target.bytes(values.length), Long.BYTES);
      for (long done = 0; done < elements; done += values.length) {
        int n = (int) Math.min(values.length, elements - done);
        Codec.decode(source.dtype(), source.bytes(), done, values, 0, n);
        requireInRange(values, n, done);
        Codec.encode(target, values, 0, n, bytes, 0);
        sink.write(bytes.asSlice(0, target.bytes(n)));
      }
    }
  }

  private void requireInRange(double[] values, int n, long first) {
    for (int i = 0; i < n; i++) {
      if (Double.isFinite(values[i]) && !Double.isFinite(Codec.round(target, values[i]))) {
        throw new ModelFormatException(source.name(), "element " + (first + i), "found " + values[i]
            + ", which " + target + " cannot hold; choose BF16 or F32");
      }
    }
  }
}
