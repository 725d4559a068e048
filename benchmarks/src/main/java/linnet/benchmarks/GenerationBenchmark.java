package linnet.benchmarks;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import linnet.nn.Modules;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.model.LoadedModel;
import linnet.nn.model.Models;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
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
 * Greedy generation by a whole model with a tied head, of which each token reads all weights once: the limit of
 * {@code gigaBytes} is {@link PeakBenchmark#read}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class GenerationBenchmark {
  /** Where the model lies. */
  @Param(".linnet/smollm2/SmolLM2-135M-Instruct")
  public String model;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Backend backend;
  private linnet.tensor.Scope scope;
  private LoadedModel loaded;
  private double bytes;

  /** Loads the model. */
  @Setup
  public void open() {
    backend = Backends.vector(threads);
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

  /** 128 tokens after the first one. */
  @Benchmark
  public void tokens(Rate rate) {
    generate(1, 128);
    rate.add(0, 128 * bytes);
  }

  /** A prompt of 512 tokens and the one after it; calls per second count. */
  @Benchmark
  public void prompt() {
    generate(512, 1);
  }

  private void generate(int prompt, int tokens) {
    int[] ids = IntStream.range(0, prompt).map(i -> 100 + 37 * i % 5000).toArray();
    Generator.generate(loaded.model(), ids, SamplingConfig.greedy(tokens, Set.of()), _ -> { });
  }
}
