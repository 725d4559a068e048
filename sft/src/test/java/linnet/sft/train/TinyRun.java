package linnet.sft.train;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import linnet.nn.model.CausalLm;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.MemoryPlan;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/** A model on a backend of its own, about to be trained. */
final class TinyRun implements AutoCloseable {
  static final double DROPOUT = 0.2;
  static final TrainingProgress START = TrainingProgress.start(7, Map.of("data", "one", "settings", "two"));

  private final Backend backend;
  private final Scope weights;
  private final Scope training;
  private final CausalLm model;
  private final AdamW optimizer;

  TinyRun(TinyModel kind, double dropout, int threads) {
    this(kind, dropout, threads, new MemoryPlan(0, List.of(), List.of()));
  }

  /** With memory that is reserved before anything is allocated. */
  TinyRun(TinyModel kind, double dropout, int threads, MemoryPlan plan) {
    backend = Backends.vector(threads);
    backend.reserve(plan);
    weights = backend.scope("model");
    training = backend.scope("training");
    model = kind.make(dropout, weights, training);
    optimizer = new AdamW(AdamWConfig.withDecay(0.01), model, DecayRule.EXCEPT_NORMS_AND_BIASES, training);
  }

  Backend backend() {
    return backend;
  }

  Scope training() {
    return training;
  }

  CausalLm model() {
    return model;
  }

  AdamW optimizer() {
    return optimizer;
  }

  /** Ten rows in batches of four, shuffled: an epoch has three steps, the last of them smaller. */
  static BatchSchedule shuffled() {
    return new BatchSchedule(TinyRows.of(10), new BatchSize.Rows(4), 1, RandomKey.of(5));
  }

  static TrainingSettings settings(long steps, long saveSteps) {
    return new TrainingSettings(steps, new LearningRateSchedule.Cosine(1e-2, 2), 1, 40, false, 7, 0,
        saveSteps);
  }

  /** A trainer without validation that tells nobody. */
  Trainer trainer(BatchSchedule rows, TrainingSettings settings) {
    return new Trainer(model, optimizer, rows, settings, event -> { });
  }

  Trainer trainer(BatchSchedule rows, TrainingSettings settings, Consumer<TrainingEvent> listener,
      Consumer<TrainingProgress> saver) {
    return new Trainer(model, optimizer, rows, List.of(), settings, listener, saver);
  }

  /** SHA-256 of the bits of everything that training changes. */
  String digest() {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      optimizer.params().forEach(param -> add(digest, param.value()));
      for (var moments : optimizer.moments()) {
        add(digest, moments.m());
        add(digest, moments.v());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void add(MessageDigest digest, Tensor tensor) {
    float[] values = tensor.toFloats();
    var bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    digest.update(bytes);
  }

  @Override
  public void close() {
    training.close();
    weights.close();
    backend.close();
  }
}
