package linnet.benchmarks;

import java.util.concurrent.TimeUnit;
import linnet.tensor.AttentionRule;
import linnet.tensor.DType;
import linnet.tensor.Segments;
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
 * Causal attention of SmolLM2's heads (9 on 3, of 64 features), counting the work that the mask leaves over;
 * the backward pass counts 2.5 times the forward one, since it recomputes the scores. The limit of both is
 * {@link PeakBenchmark#multiplyAdd}; that of one token, whose keys and values a cache holds, {@link
 * PeakBenchmark#read}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class AttentionBenchmark {
  private static final int HEADS = 9;
  private static final int KEY_HEADS = 3;
  private static final int FEATURES = 64;
  private static final AttentionRule RULE = AttentionRule.causal(0.125);

  /** Rows of a flat batch × tokens of each. */
  @Param({"8x220", "1x2048"})
  public String rows;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Memory memory;
  private Segments segments;
  private Tensor q;
  private Tensor k;
  private Tensor v;
  private Tensor out;
  private Tensor logSumExp;
  private Tensor dOut;
  private Tensor dq;
  private Tensor dk;
  private Tensor dv;
  private double flops;
  private double bytes;

  /** Allocates the operands. */
  @Setup
  public void open() {
    int count = Integer.parseInt(rows.split("x")[0]);
    int length = Integer.parseInt(rows.split("x")[1]);
    int[] starts = new int[count + 1];
    for (int r = 0; r <= count; r++) {
      starts[r] = r * length;
    }
    segments = Segments.of(starts);
    int tokens = starts[count];
    memory = new Memory(threads);
    q = memory.random(DType.F32, tokens, HEADS, FEATURES);
    k = memory.random(DType.F32, tokens, KEY_HEADS, FEATURES);
    v = memory.random(DType.F32, tokens, KEY_HEADS, FEATURES);
    out = memory.random(DType.F32, tokens, HEADS, FEATURES);
    logSumExp = memory.random(DType.F32, tokens, HEADS);
    dOut = memory.random(DType.F32, tokens, HEADS, FEATURES);
    dq = memory.random(DType.F32, tokens, HEADS, FEATURES);
    dk = memory.random(DType.F32, tokens, KEY_HEADS, FEATURES);
    dv = memory.random(DType.F32, tokens, KEY_HEADS, FEATURES);
    flops = count * (length * (length + 1.0) / 2) * HEADS * 4 * FEATURES;
    bytes = 4.0 * tokens * FEATURES * 2 * (HEADS + KEY_HEADS);
    memory.backend().attention(out, logSumExp, q, k, v, segments, RULE);
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
  }

  /** softmax(q·kᵀ)·v. */
  @Benchmark
  public void forward(Rate rate) {
    memory.backend().attention(out, logSumExp, q, k, v, segments, RULE);
    rate.add(flops, bytes);
  }

  /** The gradients of q, k and v. */
  @Benchmark
  public void backward(Rate rate) {
    memory.backend().attentionBackward(dq, dk, dv, dOut, out, logSumExp, q, k, v, segments, RULE);
    rate.add(2.5 * flops, 2 * bytes);
  }

  /** One token against all keys of a row, as in generation. */
  @Benchmark
  public void oneToken(Rate rate) {
    int keys = segments.keyStart(1);
    memory.backend().attention(out.slice(0, 0, 1), logSumExp.slice(0, 0, 1), q.slice(0, 0, 1), k, v,
        Segments.cached(1, keys), RULE);
    rate.add(4.0 * keys * HEADS * FEATURES, 8.0 * keys * KEY_HEADS * FEATURES);
  }
}
