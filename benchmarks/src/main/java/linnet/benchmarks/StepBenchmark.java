package linnet.benchmarks;

import java.util.concurrent.TimeUnit;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.Models;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.train.Trainer;
import linnet.sft.train.TrainingSettings;
import linnet.tensor.RandomKey;
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
 * The trainer's own step, forward, backward and update, on a SmolLM2 of fewer layers. The limit of
 * {@code gigaFlops}, the step's useful arithmetic, is {@link PeakBenchmark#multiplyAdd} of as many threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class StepBenchmark {
  /** Of the adapters on every projection; 0 where all weights train. */
  @Param({"8", "0"})
  public int rank = 8;

  /** Decoder layers, two at least: {@link StepFlops} counts the first and the last apart. */
  @Param({"2", "4"})
  public int layers;

  /** Rows of a batch × tokens of each. */
  @Param({"4x220", "8x220"})
  public String rows;

  /** Whether layers are recomputed in the backward pass. */
  @Param({"false"})
  public boolean checkpointing;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private Memory memory;
  private Trainer trainer;
  private double flops;

  /** Makes model, adapters and optimizer. */
  @Setup
  public void open() {
    memory = new Memory(threads);
    var batch = SmolLm2.rows(Integer.parseInt(rows.split("x")[0]), Integer.parseInt(rows.split("x")[1]));
    var model = model();
    var optimizer = new AdamW(AdamWConfig.withDecay(0), model, DecayRule.ALL, memory.scope());
    var schedule = new BatchSchedule(batch, new BatchSize.Rows(batch.size()), 1, null);
    var usual = TrainingSettings.of(1, new LearningRateSchedule.Constant(1e-4, 0));
    var settings = new TrainingSettings(1, usual.schedule(), usual.maxGradientNorm(),
        usual.microBatchTokens(), checkpointing, 0, 0, 0);
    trainer = new Trainer(model, optimizer, schedule, settings, event -> { });
    flops = new StepFlops(model.config(), rank).of(batch);
  }

  private CausalLm model() {
    var key = RandomKey.of(1);
    return rank == 0 ? Models.initialize(SmolLm2.config(layers), key, memory.scope())
        : Lora.apply(SmolLm2.frozen(memory, layers), LoraConfig.allLinear(rank, 16, 0), key, memory.scope());
  }

  /** Ends the backend. */
  @TearDown
  public void close() {
    memory.close();
  }

  /** One step on the same rows. */
  @Benchmark
  public void step(Rate rate) {
    trainer.run();
    rate.add(flops, 0);
  }
}
