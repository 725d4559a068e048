package linnet.autograd;

import java.util.IdentityHashMap;
import java.util.Map;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Storage;
import linnet.tensor.Tensor;

/**
 * Who still reads the storages that a tape allocated: a count for each, over all views of it. The last reader
 * to let go gives the memory back to the step's scope. Storages of others (parameters, the user's own) are
 * not counted and never released.
 */
final class Ledger {
  private final Scope scope;
  private final Map<Storage, Holders> owned = new IdentityHashMap<>();

  Ledger(Scope scope) {
    this.scope = scope;
  }

  Scope scope() {
    return scope;
  }

  /** A tensor with one holder: the caller. */
  Tensor allocate(DType dtype, Shape shape) {
    var tensor = scope.allocate(dtype, shape);
    owned.put(tensor.storage(), new Holders());
    return tensor;
  }

  /** One more holder. */
  void retain(Tensor tensor) {
    var holders = owned.get(tensor.storage());
    if (holders != null) {
      holders.count++;
    }
  }

  /** One holder less; the last one releases. Harmless after the scope itself let go. */
  void drop(Tensor tensor) {
    if (!tensor.isAlive()) {
      return;
    }
    var holders = owned.get(tensor.storage());
    if (holders != null && --holders.count == 0) {
      owned.remove(tensor.storage());
      scope.release(tensor);
    }
  }

  /**
   * Whether the tensor may be overwritten by its only holder: nobody shares it, and no element lies under
   * two.
   */
  boolean isExclusive(Tensor tensor) {
    var holders = owned.get(tensor.storage());
    return holders != null && holders.count == 1 && tensor.isContiguous();
  }

  private static final class Holders {
    private int count = 1;
  }
}
