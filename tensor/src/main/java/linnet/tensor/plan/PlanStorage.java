package linnet.tensor.plan;

import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Storage;
import linnet.tensor.memory.Region;

/** Elements that exist on paper: a place in the region, or none for adopted memory. */
final class PlanStorage extends Storage {
  private final Region.Range range;

  PlanStorage(Scope scope, DType dtype, long length, Region.Range range) {
    super(scope, dtype, length);
    this.range = range;
  }

  /** Its place; null if the memory is somebody else's. */
  Region.Range range() {
    return range;
  }
}
