package linnet.tensor;

import java.lang.foreign.MemorySegment;

/**
 * What computes: primitives over tensors. The simple ones are abstract; every fused one is a default method
 * made of the simple ones, so that the reference backend, which has only the simple ones in plain F64 loops,
 * defines all of them. Faster backends override.
 *
 * <p>Letters: {@code T} tokens, {@code D} features, {@code H} heads, {@code V} vocabulary entries; {@code M},
 * {@code N}, {@code K} the sizes of a matrix product. Outputs come first and are overwritten, unless a
 * method's name says that it adds. An output must not overlap an input, except that element-wise primitives
 * may write onto an operand of identical shape and strides. Shapes are checked by the caller ({@code
 * autograd} infers them); a backend throws {@link IllegalArgumentException} where it notices a mismatch.
 *
 * <p>Element-wise, reduction and transfer primitives take any strides, and so do the operands of a matrix
 * product. In all others the last dimension must be dense (neighbours next to each other); the outer ones may
 * have any strides, so that heads sliced out of a joint projection need no copy. Sizes of 0 are allowed, and
 * then nothing is computed but the zeros of empty sums. A row index or target beyond its table is an {@link
 * IllegalArgumentException}.
 *
 * <p>A backend is thread-safe, owns its threads and its memory, and must be closed.
 */
public interface Backend
    extends AutoCloseable, ElementwiseKernels, ReductionKernels, ContractionKernels, IndexKernels,
        UpdateKernels, NormKernels, RotaryKernels, GatedKernels, ActivationKernels, AttentionKernels,
        LogProbKernels, AdaptedHeadKernels, OptimizerKernels, TransferKernels {

  /** For people, for example {@code vector, 256 bits, 2 threads}. */
  String description();

  @Override
  default Backend backend() {
    return this;
  }

  /** A new lifetime for tensors of this backend. */
  Scope scope(String name);

  /**
   * A tensor over memory that is already there, such as a mapped file, little-endian and row by row. The
   * vector backend reads it in place and never writes to it; others copy. The memory must outlive {@code
   * scope}.
   *
   * @throws IllegalArgumentException if the size of {@code bytes} is not what dtype and shape need
   */
  Tensor adopt(Scope scope, DType dtype, Shape shape, MemorySegment bytes);

  /**
   * Bytes that this backend holds of the system for its scopes, pooled ones included; mapped files are not.
   */
  long reservedBytes();

  /**
   * Has {@link #reservedBytes} grow by what the plan needs beyond the tensors that are there, with which it is to
   * begin; what was planned then fits. A backend that pools nothing does nothing.
   *
   * @throws MemoryLimitException if the limit or the system refuses it
   */
  default void reserve(MemoryPlan plan) {}

  /**
   * Refuses, from now on, allocations that would make {@link #reservedBytes} exceed {@code bytes}: they throw
   * {@link MemoryLimitException}.
   */
  void limitBytes(long bytes);

  /** Ends the threads and frees the memory. Scopes of this backend must be closed before. */
  @Override
  void close();
}
