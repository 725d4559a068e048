package linnet.tensor.plan;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Storage;

/** A lifetime whose tensors are entries of a ledger. */
final class PlanScope extends Scope {
  private final Ledger ledger;
  private final Set<PlanStorage> storages = Collections.newSetFromMap(new IdentityHashMap<>());

  PlanScope(String name, PlanningBackend backend, Ledger ledger) {
    super(name, backend);
    this.ledger = ledger;
  }

  @Override
  protected Storage reserve(DType dtype, Shape shape) {
    var storage = new PlanStorage(this, dtype, shape.elements(), ledger.allocate(dtype, shape, name()));
    storages.add(storage);
    return storage;
  }

  @Override
  protected void giveBack(Storage storage) {
    if (storage instanceof PlanStorage planned && storages.remove(planned)) {
      ledger.free(planned.range());
    }
  }

  @Override
  protected void giveBackAll() {
    storages.forEach(storage -> ledger.free(storage.range()));
    storages.clear();
  }
}
