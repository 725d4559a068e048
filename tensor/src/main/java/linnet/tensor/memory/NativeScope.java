package linnet.tensor.memory;

import java.util.IdentityHashMap;
import java.util.Map;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.MemoryLimitException;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Storage;

/** A lifetime whose tensors lie in a pool of native memory. */
public final class NativeScope extends Scope {
  private final NativeMemory memory;
  private final Map<Storage, NativeMemory.Block> blocks = new IdentityHashMap<>();

  /** A scope of {@code backend} over its pool. */
  public NativeScope(String name, Backend backend, NativeMemory memory) {
    super(name, backend);
    this.memory = memory;
  }

  @Override
  protected NativeStorage reserve(DType dtype, Shape shape) {
    NativeMemory.Block block;
    try {
      block = memory.allocate(dtype.bytes(shape.elements()));
    } catch (MemoryLimitException e) {
      throw new MemoryLimitException(
          "scope \"" + name() + "\", " + dtype + shape + ": " + e.getMessage());
    }
    var storage = new NativeStorage(this, dtype, shape.elements(), block.segment());
    blocks.put(storage, block);
    return storage;
  }

  @Override
  protected void giveBack(Storage storage) {
    var block = blocks.remove(storage);
    if (block != null) { // adopted memory is not ours
      memory.free(block);
    }
  }

  @Override
  protected void giveBackAll() {
    blocks.values().forEach(memory::free);
    blocks.clear();
  }
}
