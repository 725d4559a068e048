package linnet.tensor.memory;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Storage;

/** Elements in native memory, little-endian, laid out as their {@link DType} says. */
public final class NativeStorage extends Storage {
  private final MemorySegment segment;

  /** {@code length} elements at {@code segment}: of the pool, or memory that somebody else owns. */
  public NativeStorage(Scope scope, DType dtype, long length, MemorySegment segment) {
    super(scope, dtype, length);
    this.segment = segment;
  }

  /** The bytes. */
  public MemorySegment segment() {
    return segment;
  }
}
