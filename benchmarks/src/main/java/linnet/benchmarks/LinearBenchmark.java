package linnet.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
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
 * A linear layer with an adapter of rank 8, through the tape. The limit of {@code gigaFlops} is {@link
 * PeakBenchmark#multiplyAdd} of as many threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class LinearBenchmark {
  private static final int RANK = 8;

  /** Tokens × output features × input features. */
  @Param({"1024x1536x576", "1024x576x1536", "1024x192x576"})
  public String shape;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Memory memory;
  private Tensor x;
  private Tensor dy;
  private Variable w;
  private Variable a;
  private Variable b;
  private double base;
  private double thin;
  private double bytes;

  /** Allocates the operands. */
  @Setup
  public void open() {
    int[] s = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    memory = new Memory(threads);
    x = memory.random(DType.F32, s[0], s[2]);
    dy = memory.random(DType.F32, s[0], s[1]);
    w = Variable.constant(memory.mapped(DType.BF16, s[1], s[2]));
    a = Variable.parameter("a", memory.random(DType.F32, RANK, s[2]));
    b = Variable.parameter("b", memory.random(DType.F32, s[1], RANK));
    base = 2.0 * s[0] * s[1] * s[2];
    thin = 2.0 * s[0] * RANK * (s[1] + s[2]);
    bytes = 4.0 * s[0] * (s[1] + s[2]) + 2.0 * s[1] * s[2];
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
  }

  /** y = x·Wᵀ + 2·x·Aᵀ·Bᵀ. */
  @Benchmark
  public void forward(Rate rate) {
    try (var step = memory.backend().scope("step"); var tape = Tape.noGrad(step)) {
      tape.loraLinear(Variable.constant(x), w, a, b, 2);
    }
    rate.add(base + thin, bytes);
  }

  /** The same, then the gradients of x, A and B. */
  @Benchmark
  public void forwardAndBackward(Rate rate) {
    try (var step = memory.backend().scope("step"); var tape = Tape.recording(step)) {
      var input = Variable.parameter("x", x);
      tape.backward(tape.loraLinear(input, w, a, b, 2), dy);
    }
    rate.add(2 * base + 3 * thin, 2 * bytes);
  }
}
