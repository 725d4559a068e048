package linnet.tensor;

/** The only ways in and out of a backend's memory, by copy; row by row, any strides. */
public interface TransferKernels extends Kernels {
  /** Writes {@code values}, rounded to the dtype of {@code out}, a plain floating one. */
  void upload(Tensor out, float[] values);

  /** Writes {@code values}, rounded to the dtype of {@code out}, a plain floating one. */
  void upload(Tensor out, double[] values);

  /** Writes {@code values} into an I32, I64 or floating tensor. */
  void upload(Tensor out, int[] values);

  /** Reads all values of any dtype, rounded to F32. */
  float[] downloadFloats(Tensor x);

  /** Reads all values of any dtype. */
  double[] downloadDoubles(Tensor x);

  /** Reads all values of an integer tensor. */
  int[] downloadInts(Tensor x);
}
