package linnet.benchmarks;

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
 * SmolLM2's output head, 49,152 × 576: the loss over trained tokens, the head frozen or trained, whose limit is
 * {@link PeakBenchmark#multiplyAdd}, and one token's logits, whose limit is {@link PeakBenchmark#read}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class HeadBenchmark {
  private static final int VOCABULARY = 49_152;
  private static final int HIDDEN = 576;
  private static final int TOKENS = 512;

  /** The storage type of the head. */
  @Param({"F32", "BF16", "F16"})
  public DType weights;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Memory memory;
  private Tensor head;
  private Tensor h;
  private Tensor dh;
  private Tensor dHead;
  private Tensor targets;
  private Tensor tokenWeights;
  private Tensor loss;
  private Tensor logits;

  /** Allocates the operands. */
  @Setup
  public void open() {
    memory = new Memory(threads);
    head = memory.mapped(weights, VOCABULARY, HIDDEN);
    h = memory.random(DType.F32, TOKENS, HIDDEN);
    dh = memory.random(DType.F32, TOKENS, HIDDEN);
    targets = memory.indices(TOKENS, VOCABULARY);
    tokenWeights = memory.random(DType.F32, TOKENS);
    loss = memory.random(DType.F32, 1);
    logits = memory.random(DType.F32, 1, VOCABULARY);
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
  }

  /** Loss and the gradient of h. */
  @Benchmark
  public void crossEntropy(Rate rate) {
    memory.backend().crossEntropy(loss, dh, null, h, head, targets, tokenWeights);
    rate.add(4.0 * TOKENS * VOCABULARY * HIDDEN, headBytes() + 8.0 * TOKENS * HIDDEN);
  }

  /** The same and the gradient of the head, as where all weights train. */
  @Benchmark
  public void crossEntropyTrained(Rate rate) {
    if (dHead == null) { // 113 MB that the others do not need
      dHead = memory.scope().zeros(DType.F32, VOCABULARY, HIDDEN);
    }
    memory.backend().crossEntropy(loss, dh, dHead, h, head, targets, tokenWeights);
    rate.add(6.0 * TOKENS * VOCABULARY * HIDDEN, headBytes() + 8.0 * (VOCABULARY + TOKENS) * HIDDEN);
  }

  /** The logits of one token. */
  @Benchmark
  public void oneToken(Rate rate) {
    memory.backend().matmul(logits, h.slice(0, 0, 1), head.transpose());
    rate.add(2.0 * VOCABULARY * HIDDEN, headBytes());
  }

  private double headBytes() {
    return weights.bytes((long) VOCABULARY * HIDDEN);
  }
}
