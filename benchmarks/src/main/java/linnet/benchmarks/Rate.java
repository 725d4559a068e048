package linnet.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Work done, beside JMH's count of calls: 10⁹ floating-point operations, or bytes, per second. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Rate {
  /** Work of the iteration so far, in units of 10⁹; JMH divides it by the time. */
  public double giga;

  /** Starts anew. */
  @Setup(Level.Iteration)
  public void reset() {
    giga = 0;
  }

  /** Counts one call's work. */
  void add(double amount) {
    giga += amount / 1e9;
  }
}
