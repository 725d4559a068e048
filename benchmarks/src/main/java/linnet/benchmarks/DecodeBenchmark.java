package linnet.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import linnet.nn.Modules;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.model.LoadedModel;
import linnet.nn.model.Models;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Shape;
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
 * Decoding token by token, {@code gigaBytes} of weights per second. What is read from memory is the limit, and
 * {@link #memory} is what reading alone reaches.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class DecodeBenchmark {
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final long BYTES = 512L << 20;

  /** More memory than any cache holds. */
  @State(Scope.Benchmark)
  public static class Buffer {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment bytes = arena.allocate(BYTES, 64).fill((byte) 1);

    /** Frees it. */
    @TearDown
    public void close() {
      arena.close();
    }
  }

  /** Threads of the backend, or of the reading. */
  @State(Scope.Benchmark)
  public static class Threads {
    /** How many. */
    @Param({"1", "2"})
    public int threads;
  }

  /** Reads all of the buffer once. */
  @Benchmark
  public long memory(Buffer buffer, Threads with, Rate rate) {
    long part = BYTES / with.threads;
    rate.add(0, BYTES);
    return LongStream.range(0, with.threads).parallel()
        .map(t -> sum(buffer.bytes.asSlice(t * part, part))).sum();
  }

  private static long sum(MemorySegment bytes) {
    var a = LongVector.zero(SPECIES);
    var b = LongVector.zero(SPECIES);
    int step = SPECIES.vectorByteSize();
    for (long at = 0; at < bytes.byteSize(); at += 2L * step) {
      a = a.add(LongVector.fromMemorySegment(SPECIES, bytes, at, ByteOrder.LITTLE_ENDIAN));
      b = b.add(LongVector.fromMemorySegment(SPECIES, bytes, at + step, ByteOrder.LITTLE_ENDIAN));
    }
    return a.add(b).reduceLanes(VectorOperators.ADD);
  }

  /** Enough weights of one shape that none is in cache when its turn comes. */
  @State(Scope.Benchmark)
  public static class Weights {
    /** Output × input features: SmolLM2's layers and its head. */
    @Param({"576x576", "192x576", "1536x576", "576x1536", "49152x576"})
    public String shape;

    /** How they are stored. */
    @Param({"BF16", "F16", "Q8_0", "Q4_0"})
    public DType weights;

    private Backend backend;
    private Tensor x;
    private Tensor y;
    private Tensor[] all;

    /** Lays the weights over the buffer. */
    @Setup
    public void open(Buffer buffer, Threads with) {
      int[] s = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
      backend = Backends.vector(with.threads);
      var scope = backend.scope("benchmark");
      x = scope.zeros(DType.F32, 1, s[1]);
      y = scope.allocate(DType.F32, 1, s[0]);
      long bytes = weights.bytes((long) s[0] * s[1]);
      all = IntStream.range(0, (int) (BYTES / bytes)).mapToObj(i -> backend.adopt(scope, weights,
          Shape.of(s), buffer.bytes.asSlice(i * bytes, bytes)).transpose()).toArray(Tensor[]::new);
    }

    /** Ends the backend. */
    @TearDown
    public void close() {
      backend.close();
    }
  }

  /** y = x·Wᵀ for one row x and every W. */
  @Benchmark
  public void products(Weights weights, Rate rate) {
    for (var w : weights.all) {
      weights.backend.matmul(weights.y, weights.x, w);
      rate.add(2.0 * w.elements(), w.dtype().bytes(w.elements()));
    }
  }

  /** A model with a tied head: of such a one, all weights are read once a token. */
  @State(Scope.Benchmark)
  public static class Model {
    /** Where it lies. */
    @Param(".linnet/smollm2/SmolLM2-135M-Instruct")
    public String model;

    private Backend backend;
    private linnet.tensor.Scope scope;
    private LoadedModel loaded;
    private double bytes;

    /** Loads it. */
    @Setup
    public void open(Threads with) {
      backend = Backends.vector(with.threads);
      scope = backend.scope("model");
      loaded = Models.load(Path.of(model), scope);
      bytes = Modules.parameters(loaded.model()).values().stream().map(p -> p.value())
          .mapToDouble(w -> w.dtype().bytes(w.elements())).sum();
    }

    /** Ends the backend. */
    @TearDown
    public void close() {
      scope.close();
      loaded.close();
      backend.close();
    }

    private void generate(int prompt, int tokens) {
      int[] ids = IntStream.range(0, prompt).map(i -> 100 + 37 * i % 5000).toArray();
      Generator.generate(loaded.model(), ids, SamplingConfig.greedy(tokens, Set.of()), _ -> { });
    }
  }

  /** 128 tokens after the first one, always the likeliest. */
  @Benchmark
  public void generation(Model model, Rate rate) {
    model.generate(1, 128);
    rate.add(0, 128 * model.bytes);
  }

  /** A prompt of 512 tokens and the one after it; calls per second count. */
  @Benchmark
  public void prompt(Model model) {
    model.generate(512, 1);
  }
}
