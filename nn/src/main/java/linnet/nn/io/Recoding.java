package linnet.nn.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/**
 * Writes a stored tensor as another element type, rounding to nearest even or, to blocks, as ggml does, a
 * chunk at a time. A finite value that the new type would make infinite is an error, and so is one that is
 * not finite where blocks share a scale: a model must not be damaged in silence.
 *
 * @param source the stored tensor
 * @param target F64, F32, F16, BF16, Q8_0 or Q4_0
 */
public record Recoding(StoredTensor source, DType target) implements OutgoingTensor.Data {
  /** A multiple of every block size. */
  private static final int CHUNK = 1 << 16;

  @Override
  public void writeTo(SegmentSink sink) throws IOException {
    if (source.dtype() == target) {
      sink.write(source.bytes());
      return;
    }
    long elements = source.shape().elements();
    int chunk = (int) Math.min(CHUNK, elements);
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(target.bytes(chunk), Long.BYTES);
      for (long done = 0; done < elements; done += chunk) {
        int n = (int) Math.min(chunk, elements - done);
        if (BlockQuantizer.writes(target)) {
          quantize(done, n, bytes);
        } else {
          round(done, n, bytes);
        }
        sink.write(bytes.asSlice(0, target.bytes(n)));
      }
    }
  }

  private void round(long first, int n, MemorySegment bytes) {
    var values = new double[n];
    Codec.decode(source.dtype(), source.bytes(), first, values, 0, n);
    for (int i = 0; i < n; i++) {
      if (Double.isFinite(values[i]) && !Double.isFinite(Codec.round(target, values[i]))) {
        throw error(first + i, values[i], "which " + target + " cannot hold; choose BF16 or F32");
      }
    }
    Codec.encode(target, values, 0, n, bytes, 0);
  }

  private void quantize(long first, int n, MemorySegment bytes) {
    var values = new float[n];
    Codec.decode(source.dtype(), source.bytes(), first, values, 0, n);
    for (int i = 0; i < n; i++) {
      if (!Float.isFinite(values[i])) {
        throw error(first + i, values[i], "expected a finite number: the weights are damaged, obtain the"
            + " file again");
      }
    }
    int tooLarge = BlockQuantizer.encode(target, values, n, bytes);
    if (tooLarge >= 0) {
      throw error(first + tooLarge, values[tooLarge], "which the scale of a " + target
          + " block cannot hold; choose BF16 or F32");
    }
  }

  private ModelFormatException error(long element, double found, String problem) {
    return new ModelFormatException(source.name(), "element " + element, "found " + found + ", " + problem);
  }
}
