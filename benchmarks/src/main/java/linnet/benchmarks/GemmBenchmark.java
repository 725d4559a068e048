package linnet.benchmarks;

import java.util.Arrays;
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
 * The products of a linear layer, the weights read from a mapped file as training reads them. The limit of
 * {@code gigaFlops} is {@link PeakBenchmark#multiplyAdd} of as many threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class GemmBenchmark {
  /**
   * Tokens × output features × input features: SmolLM2's layers, also with a prompt's 512 tokens, up to which
   * some products are flipped; a LoRA factor, and a chunk of the head.
   */
  @Param({"1024x1536x576", "1024x576x1536", "1024x576x576", "1024x192x576", "512x1536x576", "256x1536x576",
      "1024x8x576", "64x49152x576"})
  public String shape;

  /** The storage type of the weight. */
  @Param({"F32", "BF16"})
  public DType weights;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Memory memory;
  private Tensor x;
  private Tensor w;
  private Tensor y;
  private Tensor dw;
  private double flops;
  private double bytes;

  /** Allocates the operands. */
  @Setup
  public void open() {
    int[] s = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    memory = new Memory(threads);
    x = memory.random(DType.F32, s[0], s[2]);
    y = memory.random(DType.F32, s[0], s[1]);
    w = memory.mapped(weights, s[1], s[2]);
    dw = memory.scope().zeros(DType.F32, s[1], s[2]);
    flops = 2.0 * s[0] * s[1] * s[2];
    bytes = 4.0 * s[0] * (s[1] + s[2]) + weights.bytes((long) s[1] * s[2]);
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
  }

  /** y = x·Wᵀ. */
  @Benchmark
  public void forward(Rate rate) {
    memory.backend().matmul(y, x, w.transpose());
    rate.add(flops, bytes);
  }

  /** dx = dy·W. */
  @Benchmark
  public void inputGradient(Rate rate) {
    memory.backend().matmul(x, y, w);
    rate.add(flops, bytes);
  }

  /** dW += dyᵀ·x, in F32 whatever the weight is. */
  @Benchmark
  public void weightGradient(Rate rate) {
    memory.backend().matmulAdd(dw, y.transpose(), x);
    rate.add(flops, 4.0 * (x.elements() + y.elements() + 2 * dw.elements()));
  }
}
