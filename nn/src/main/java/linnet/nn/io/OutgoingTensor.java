package linnet.nn.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * A tensor to be written: its description now, its data when the writer comes to it, so that a model is never
 * in memory as a whole.
 *
 * @param spec name, element type and shape
 * @param data writes exactly the bytes that the description needs
 */
public record OutgoingTensor(TensorSpec spec, Data data) {
  /** Writes a tensor's data, little-endian and row by row. */
  @FunctionalInterface
  public interface Data {
    /**
     * Writes all data.
     *
     * @param sink takes the bytes
     * @throws IOException if they cannot be written
     */
    void writeTo(SegmentSink sink) throws IOException;
  }

  private static final int CHUNK = 1 << 16;

  /** Checks that both parts are there. */
  public OutgoingTensor {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(data, "data");
  }

  /**
   * A tensor as it is stored.
   *
   * @param tensor the stored tensor; its store stays open until it is written
   * @return the same tensor, to be written
   */
  public static OutgoingTensor of(StoredTensor tensor) {
    return new OutgoingTensor(tensor.spec(), sink -> sink.write(tensor.bytes()));
  }

  /**
   * A tensor of F32.
   *
   * @param name its name
   * @param shape its sizes
   * @param values its elements, row by row
   * @return the tensor, to be written
   */
  public static OutgoingTensor of(String name, Shape shape, float[] values) {
    return new OutgoingTensor(new TensorSpec(name, DType.F32, shape),
        sink -> writeFloats(values, DType.F32, sink));
  }

  /**
   * A tensor that a backend holds; it is copied out part by part when the writer comes to it.
   *
   * @param name its name in the file
   * @param tensor the tensor; alive until it is written
   * @param dtype the element type in the file: F64, F32, F16 or BF16, rounded to nearest even
   * @return the tensor, to be written
   */
  public static OutgoingTensor of(String name, Tensor tensor, DType dtype) {
    return new OutgoingTensor(new TensorSpec(name, dtype, tensor.shape()), sink -> {
      for (var slice : TensorSlices.of(tensor)) {
        if (dtype == DType.F64) {
          double[] values = slice.toDoubles();
          var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(dtype.bytes(values.length))]);
          Codec.encode(dtype, values, 0, values.length, bytes, 0);
          sink.write(bytes);
        } else {
          writeFloats(slice.toFloats(), dtype, sink);
        }
      }
    });
  }

  private static void writeFloats(float[] values, DType dtype, SegmentSink sink) throws IOException {
    var bytes = MemorySegment.ofArray(new byte[(int) dtype.bytes(Math.min(values.length, CHUNK))]);
    for (int done = 0; done < values.length; done += CHUNK) {
      int n = Math.min(CHUNK, values.length - done);
      Codec.encode(dtype, values, done, n, bytes, 0);
      sink.write(bytes.asSlice(0, dtype.bytes(n)));
    }
  }

  /** Writes the data and checks that they are as many bytes as promised. */
  void writeTo(SegmentSink sink) throws IOException {
    long before = sink.written();
    data.writeTo(sink);
    if (sink.written() - before != spec.bytes()) {
      throw new IllegalStateException(spec.name() + ": wrote " + (sink.written() - before)
          + " bytes, expected " + spec.bytes() + " for " + spec.dtype() + " " + spec.shape());
    }
  }
}
