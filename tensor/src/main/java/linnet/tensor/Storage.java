package linnet.tensor;

/**
 * A run of elements in a backend's memory; opaque to everyone but that backend. It lives until it is released
 * or its scope is closed or reset, whichever comes first.
 */
public abstract class Storage {
  private final Scope scope;
  private final DType dtype;
  private final long length;
  private final long epoch;
  private boolean released;
  private long countedBytes; // stays 0 for adopted memory, which no scope counts

  /**
   * For backends.
   *
   * @param scope the scope whose end is this storage's end
   * @param length in elements
   */
  protected Storage(Scope scope, DType dtype, long length) {
    this.scope = scope;
    this.dtype = dtype;
    this.length = length;
    this.epoch = scope.epoch();
  }

  /** The scope that this storage lives in. */
  public final Scope scope() {
    return scope;
  }

  /** The element type. */
  public final DType dtype() {
    return dtype;
  }

  /** The number of elements. */
  public final long length() {
    return length;
  }

  /** Whether the memory may still be used. */
  public final boolean isAlive() {
    return !released && epoch == scope.epoch();
  }

  /** Whether the memory is someone else's, such as a mapped file's, so that the backend spends none on it. */
  public final boolean isAdopted() {
    return countedBytes == 0 && length > 0;
  }

  final void countedBytes(long bytes) {
    countedBytes = bytes;
  }

  final long countedBytes() {
    return countedBytes;
  }

  final void markReleased() {
    released = true;
  }

  final void requireAlive() {
    if (released) {
      throw new IllegalStateException("this tensor was released in scope \"" + scope.name()
          + "\": copy what you need to keep with Tensor.keep(scope) before that");
    }
    if (epoch != scope.epoch()) {
      throw new IllegalStateException("this tensor belongs to scope \"" + scope.name()
          + "\", which was closed or reset: copy what you need to keep with Tensor.keep(scope) before that");
    }
  }
}
