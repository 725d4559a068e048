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
 * The products of one generated token: every matrix of SmolLM2's 30 layers, or of wider ones, once, so that
 * none waits in a cache. The limit of {@code gigaBytes} is {@link PeakBenchmark#read} of as many threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class DecodingBenchmark {
  private static final int LAYERS = 30;

  /** The storage type of the weights. */
  @Param({"BF16", "F32", "F16", "Q8_0", "Q4_0"})
  public DType weights;

  /** Features; blocks of 256 weights need multiples of that. */
  @Param("576")
  public int hidden = 576;

  /** Rows of the product: one token, or a few. */
  @Param({"1", "4"})
  public int tokens;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private record Product(Tensor y, Tensor x, Tensor w) {}

  private Memory memory;
  private final List<Product> products = new ArrayList<>();
  private double elements;

  /** Allocates the operands. */
  @Setup
  public void open() {
    memory = new Memory(threads);
    int keys = hidden / 3;
    int mlp = 8 * keys;
    int[][] shapes = {{hidden, hidden}, {keys, hidden}, {keys, hidden}, {hidden, hidden}, {mlp, hidden},
        {mlp, hidden}, {hidden, mlp}};
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int[] shape : shapes) {
        products.add(new Product(memory.random(DType.F32, tokens, shape[0]),
            memory.random(DType.F32, tokens, shape[1]), memory.mapped(weights, shape).transpose()));
        elements += (double) shape[0] * shape[1];
      }
    }
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
    products.clear();
  }

  /** y = x·Wᵀ for all matrices. */
  @Benchmark
  public void layers(Rate rate) {
    for (var product : products) {
      memory.backend().matmul(product.y(), product.x(), product.w());
    }
    rate.add(2.0 * tokens * elements, weights.bytes((long) elements));
  }
}
