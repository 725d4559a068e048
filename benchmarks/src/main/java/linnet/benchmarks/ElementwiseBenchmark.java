package linnet.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import linnet.tensor.DType;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.OptimizerKernels.AdamWUpdate;
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
 * Primitives that do little with each element: {@code gigaBytes} read and written, whose limit is {@link
 * #copy} of as many threads. The tensors of a layer (4.7 and 12.6 MB) may lie in the outermost cache, as they
 * do in training.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class ElementwiseBenchmark {
  private static final int TOKENS = 2048;
  private static final int HIDDEN = 576;
  private static final int WIDE = 1536;
  private static final int RANK = 8;
  private static final int LAYERS = 30;
  private static final AdamWStep STEP = new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0, 1, 1);
  private static final double NARROW_BYTES = 4.0 * TOKENS * HIDDEN;
  private static final double WIDE_BYTES = 4.0 * TOKENS * WIDE;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Memory memory;
  private Tensor x;
  private Tensor y;
  private Tensor z;
  private Tensor weight;
  private Tensor gate;
  private Tensor up;
  private Tensor wide;
  private Tensor dGate;
  private Tensor dUp;
  private Tensor cos;
  private Tensor sin;
  private final List<AdamWUpdate> adapter = new ArrayList<>();
  private double adapterBytes;

  /** Allocates the operands. */
  @Setup
  public void open() {
    memory = new Memory(threads);
    x = memory.random(DType.F32, TOKENS, HIDDEN);
    y = memory.random(DType.F32, TOKENS, HIDDEN);
    z = memory.random(DType.F32, TOKENS, HIDDEN);
    weight = memory.random(DType.F32, HIDDEN);
    gate = memory.random(DType.F32, TOKENS, WIDE);
    up = memory.random(DType.F32, TOKENS, WIDE);
    wide = memory.random(DType.F32, TOKENS, WIDE);
    dGate = memory.random(DType.F32, TOKENS, WIDE);
    dUp = memory.random(DType.F32, TOKENS, WIDE);
    cos = memory.random(DType.F32, TOKENS, 32);
    sin = memory.random(DType.F32, TOKENS, 32);
    int keys = HIDDEN / 3;
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int out : new int[] {HIDDEN, keys, keys, HIDDEN, WIDE, WIDE}) { // q, k, v, o, gate and up
        addAdapter(out, HIDDEN);
      }
      addAdapter(HIDDEN, WIDE);
    }
  }

  private void addAdapter(int out, int in) {
    for (int[] shape : new int[][] {{RANK, in}, {out, RANK}}) {
      adapter.add(new AdamWUpdate(memory.random(DType.F32, shape), memory.random(DType.F32, shape),
          memory.scope().zeros(DType.F32, shape), memory.scope().zeros(DType.F32, shape), STEP));
      adapterBytes += 7 * 4.0 * shape[0] * shape[1];
    }
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
    adapter.clear();
    adapterBytes = 0;
  }

  /** The measure of the others. */
  @Benchmark
  public void copy(Rate rate) {
    memory.backend().copy(wide, gate);
    rate.add(0, 2 * WIDE_BYTES);
  }

  /** wide = gate + up. */
  @Benchmark
  public void add(Rate rate) {
    memory.backend().binary(Binary.ADD, wide, gate, up);
    rate.add(0, 3 * WIDE_BYTES);
  }

  /** wide = exp(gate). */
  @Benchmark
  public void exp(Rate rate) {
    memory.backend().unary(Unary.EXP, wide, gate);
    rate.add(0, 2 * WIDE_BYTES);
  }

  /** Root-mean-square normalisation. */
  @Benchmark
  public void rmsNorm(Rate rate) {
    memory.backend().rmsNorm(y, x, weight, 1e-5);
    rate.add(0, 2 * NARROW_BYTES);
  }

  /** Its gradient. */
  @Benchmark
  public void rmsNormBackwardInput(Rate rate) {
    memory.backend().rmsNormBackwardInput(y, x, weight, z, 1e-5);
    rate.add(0, 3 * NARROW_BYTES);
  }

  /** The gated activation. */
  @Benchmark
  public void swiGlu(Rate rate) {
    memory.backend().swiGlu(wide, gate, up);
    rate.add(0, 3 * WIDE_BYTES);
  }

  /** Its gradients. */
  @Benchmark
  public void swiGluBackward(Rate rate) {
    memory.backend().swiGluBackward(dGate, dUp, gate, up, wide);
    rate.add(0, 5 * WIDE_BYTES);
  }

  /** Rotary embedding of 9 heads. */
  @Benchmark
  public void rope(Rate rate) {
    memory.backend().rope(y.reshape(TOKENS, 9, 64), x.reshape(TOKENS, 9, 64), cos, sin);
    rate.add(0, 2 * NARROW_BYTES);
  }

  /** One AdamW update. */
  @Benchmark
  public void adamW(Rate rate) {
    memory.backend().adamW(wide, gate, dGate, up, STEP);
    rate.add(0, 7 * WIDE_BYTES);
  }

  /** The update of an adapter of rank 8 on every projection: 420 small tensors. */
  @Benchmark
  public void adamWEach(Rate rate) {
    memory.backend().adamWEach(adapter);
    rate.add(0, adapterBytes);
  }

  /** Σ x², as clipping needs it. */
  @Benchmark
  public double sumOfSquares(Rate rate) {
    rate.add(0, WIDE_BYTES);
    return memory.backend().sumOfSquares(gate);
  }
}
