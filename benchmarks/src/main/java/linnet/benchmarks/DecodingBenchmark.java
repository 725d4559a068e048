package linnet.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * none waits in a cache; those of one input together, as generation computes them. The limit of {@code
 * gigaBytes} is {@link PeakBenchmark#read} of as many threads.
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

  /** Layers of one input, their results side by side. */
  private record Products(Tensor y, Tensor x, List<Tensor> ws) {}

  private Memory memory;
  private final List<Products> products = new ArrayList<>();
  private double elements;

  /** Allocates the operands. */
  @Setup
  public void open() {
    memory = new Memory(threads);
    int keys = hidden / 3;
    int mlp = 8 * keys;
    for (int layer = 0; layer < LAYERS; layer++) {
      add(hidden, hidden, keys, keys); // q, k and v
      add(hidden, hidden); // o
      add(hidden, mlp, mlp); // gate and up
      add(mlp, hidden); // down
    }
  }

  private void add(int in, int... outs) {
    var ws = IntStream.of(outs).mapToObj(out -> memory.mapped(weights, out, in).transpose()).toList();
    int out = IntStream.of(outs).sum();
    products.add(new Products(memory.random(DType.F32, tokens, out), memory.random(DType.F32, tokens, in), ws));
    elements += (double) in * out;
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
    products.clear();
    elements = 0;
  }

  /** y = x·Wᵀ for all matrices. */
  @Benchmark
  public void layers(Rate rate) {
    for (var each : products) {
      if (each.ws().size() == 1) {
        memory.backend().matmul(each.y(), each.x(), each.ws().getFirst());
      } else {
        memory.backend().matmulEach(each.y(), each.x(), each.ws());
      }
    }
    rate.add(2.0 * tokens * elements, weights.bytes((long) elements));
  }
}
