package linnet.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The gradients of LoRA's factors in y(T,N) = x(T,K)·Wᵀ + t(T,R)·Bᵀ with t = x·Aᵀ, of rank 8: thin products of
 * 30 layers, each once, so that none of their operands waits in a cache. The limit of {@code gigaBytes} is
 * {@link PeakBenchmark#read} of as many threads, though that reads a mapped file and these operands, as in
 * training, lie in anonymous memory, which comes more slowly.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class FactorBenchmark {
  private static final int LAYERS = 30;
  private static final int TOKENS = 1024;
  private static final int RANK = 8;
  private static final int HIDDEN = 576;
  private static final int WIDE = 1536;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Memory memory;
  private final List<Tensor> x = new ArrayList<>();
  private final List<Tensor> dy = new ArrayList<>();
  private Tensor t;
  private Tensor da;
  private Tensor db;

  /** Allocates the operands. */
  @Setup
  public void open() {
    memory = new Memory(threads);
    for (int layer = 0; layer < LAYERS; layer++) {
      x.add(memory.random(DType.F32, TOKENS, HIDDEN));
      dy.add(memory.random(DType.F32, TOKENS, WIDE));
    }
    t = memory.random(DType.F32, TOKENS, RANK); // stands for its gradient, too
    da = memory.scope().zeros(DType.F32, RANK, HIDDEN);
    db = memory.scope().zeros(DType.F32, WIDE, RANK);
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
    x.clear();
    dy.clear();
  }

  /** dA += dtᵀ·x. */
  @Benchmark
  public void gradientA(Rate rate) {
    for (var input : x) {
      memory.backend().matmulAdd(da, t.transpose(), input);
    }
    count(rate, HIDDEN);
  }

  /** dB += dyᵀ·t. */
  @Benchmark
  public void gradientB(Rate rate) {
    for (var gradient : dy) {
      memory.backend().matmulAdd(db, gradient.transpose(), t);
    }
    count(rate, WIDE);
  }

  private static void count(Rate rate, int features) {
    rate.add(2.0 * LAYERS * TOKENS * RANK * features, 4.0 * LAYERS * TOKENS * features);
  }
}
