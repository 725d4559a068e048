package linnet.tensor.plan;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import linnet.tensor.DType;
import linnet.tensor.MemoryPlan;
import linnet.tensor.MemoryPlan.Allocation;
import linnet.tensor.Shape;
import linnet.tensor.memory.Region;

/** Who allocated what, over the bookkeeping that the real pool uses. Thread-safe. */
final class Ledger {
  private record Kind(DType dtype, Shape shape, String scope) {}

  private final Region region = Region.onPaper();
  private final Map<Kind, Long> counts = new HashMap<>();

  synchronized Region.Range allocate(DType dtype, Shape shape, String scope) {
    var range = region.allocate(dtype.bytes(shape.elements()), growth -> { });
    counts.merge(new Kind(dtype, shape, scope), 1L, Long::sum);
    return range;
  }

  synchronized void free(Region.Range range) {
    region.free(range);
  }

  synchronized void limit(long bytes) {
    region.limit(bytes);
  }

  synchronized long reservedBytes() {
    return region.reservedBytes();
  }

  synchronized MemoryPlan plan() {
    var largestFirst = Comparator.comparingLong(Allocation::bytes).reversed()
        .thenComparing(Allocation::scope)
        .thenComparing(Allocation::dtype)
        .thenComparing(allocation -> allocation.shape().toString());
    var allocations = counts.entrySet().stream()
        .map(e -> new Allocation(e.getKey().dtype(), e.getKey().shape(), e.getKey().scope(), e.getValue()))
        .sorted(largestFirst)
        .toList();
    return new MemoryPlan(region.peakBytes(), region.chunkSizes(), allocations);
  }
}
