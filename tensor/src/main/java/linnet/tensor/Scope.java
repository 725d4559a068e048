package linnet.tensor;

/**
 * A lifetime of tensors: <em>model</em> (mapped weights), <em>training</em> (trainable parameters, gradients,
 * moments) or <em>step</em> (activations and temporaries). Tensors are allocated in a scope and die with it;
 * using one afterwards throws and names the scope.
 *
 * <pre>{@code
 * try (var step = backend.scope("step")) {
 *   var y = step.allocate(DType.F32, 8, 576); // not zeroed: kernels overwrite
 *   ...
 * }
 * }</pre>
 *
 * <p>A scope is used by one thread at a time. What it gives back is pooled by its backend, so that a step's
 * memory is asked of the system once.
 */
public abstract class Scope implements AutoCloseable {
  private final String name;
  private final Backend backend;
  private long epoch;
  private boolean closed;
  private long liveBytes;
  private long peakBytes;

  /** For backends. */
  protected Scope(String name, Backend backend) {
    this.name = name;
    this.backend = backend;
  }

  /** The name that errors give. */
  public final String name() {
    return name;
  }

  /** The backend whose memory this is. */
  public final Backend backend() {
    return backend;
  }

  /** A tensor of unspecified content: write before you read. */
  public final Tensor allocate(DType dtype, int... sizes) {
    return allocate(dtype, Shape.of(sizes));
  }

  /**
   * A tensor of unspecified content: write before you read.
   *
   * @throws IllegalStateException if the scope is closed
   * @throws MemoryLimitException if the backend's limit would be exceeded
   */
  public final Tensor allocate(DType dtype, Shape shape) {
    if (closed) {
      throw new IllegalStateException("scope \"" + name + "\" is closed: nothing can be allocated in it");
    }
    long bytes = dtype.bytes(shape.elements());
    var storage = reserve(dtype, shape);
    storage.countedBytes(bytes);
    liveBytes += bytes;
    peakBytes = Math.max(peakBytes, liveBytes);
    return Tensor.over(storage, shape);
  }

  /** A tensor of zeros. */
  public final Tensor zeros(DType dtype, int... sizes) {
    return zeros(dtype, Shape.of(sizes));
  }

  /** A tensor of zeros. */
  public final Tensor zeros(DType dtype, Shape shape) {
    var tensor = allocate(dtype, shape);
    backend.fill(tensor, 0);
    return tensor;
  }

  /** An F32 tensor with a copy of {@code values}, row by row. */
  public final Tensor floats(float[] values, int... sizes) {
    var tensor = allocate(DType.F32, sizes);
    tensor.copyFrom(values);
    return tensor;
  }

  /** An I32 vector with a copy of {@code values}. */
  public final Tensor ints(int... values) {
    var tensor = allocate(DType.I32, values.length);
    backend.upload(tensor, values);
    return tensor;
  }

  /**
   * Ends one tensor's storage before the scope ends, for whoever can prove that nothing reads it again (the
   * tape does). Every view of the same storage dies with it.
   */
  public final void release(Tensor tensor) {
    var storage = tensor.storage();
    if (storage.scope() != this) {
      throw new IllegalArgumentException(
          "tensor of scope \"" + storage.scope().name() + "\" released in scope \"" + name + "\"");
    }
    storage.markReleased();
    liveBytes -= storage.countedBytes();
    giveBack(storage);
  }

  /** Ends every tensor of this scope and keeps the scope usable. */
  public final void reset() {
    epoch++;
    liveBytes = 0;
    giveBackAll();
  }

  /** Ends every tensor of this scope, and the scope. Closing twice is harmless. */
  @Override
  public final void close() {
    if (!closed) {
      reset();
      closed = true;
      onClose();
    }
  }

  /** Bytes of the tensors that are alive now, by their dtypes. */
  public final long liveBytes() {
    return liveBytes;
  }

  /** The largest {@link #liveBytes} so far. */
  public final long peakBytes() {
    return peakBytes;
  }

  final long epoch() {
    return epoch;
  }

  /** Finds memory for a tensor of this shape; its content is unspecified. */
  protected abstract Storage reserve(DType dtype, Shape shape);

  /** Takes one storage back. */
  protected abstract void giveBack(Storage storage);

  /** Takes back every storage of this scope that was not given back singly. */
  protected abstract void giveBackAll();

  /** Called once, after the last {@link #giveBackAll}. */
  protected void onClose() {}
}
