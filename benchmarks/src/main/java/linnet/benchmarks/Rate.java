package linnet.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Work done, beside JMH's count of calls. The limits of both are measured by {@link PeakBenchmark}: no kernel
 * can do more operations than the multiply-add units, and none whose operands lie in memory can read more
 * bytes than memory gives.
 */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Rate {
  /** 10⁹ floating-point operations of the iteration so far; JMH divides them by the time. */
  public double gigaFlops;

  /** 10⁹ bytes of operands, each counted once for a call. */
  public double gigaBytes;

  /** Starts anew. */
  @Setup(Level.Iteration)
  public void reset() {
    gigaFlops = 0;
    gigaBytes = 0;
  }

  /** Counts one call's work. */
  void add(double flops, double bytes) {
    gigaFlops += flops / 1e9;
    gigaBytes += bytes / 1e9;
  }
}
