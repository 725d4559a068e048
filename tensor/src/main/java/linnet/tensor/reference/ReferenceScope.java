package linnet.tensor.reference;

import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Storage;

/** Arrays that the garbage collector frees; the scope only counts them. */
final class ReferenceScope extends Scope {
  private final HeapCount heap;
  private long elements;

  ReferenceScope(String name, ReferenceBackend backend, HeapCount heap) {
    super(name, backend);
    this.heap = heap;
  }

  @Override
  protected Storage reserve(DType dtype, Shape shape) {
    long count = shape.elements();
    heap.add(count, name());
    elements += count;
    return dtype.isInteger()
        ? new IntegerStorage(this, dtype, new long[(int) count])
        : new RealStorage(this, dtype, new double[(int) count]);
  }

  @Override
  protected void giveBack(Storage storage) {
    heap.remove(storage.length());
    elements -= storage.length();
  }

  @Override
  protected void giveBackAll() {
    heap.remove(elements);
    elements = 0;
  }
}
