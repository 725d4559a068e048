package linnet.cli;

import java.nio.file.Path;
import java.util.stream.IntStream;
import linnet.autograd.Tape;
import linnet.nn.lora.Lora;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.nn.model.Models;
import linnet.tensor.RandomKey;

/**
 * How far the logits of a model that was written are from those of the one that it stands for, over rows of
 * random tokens, the same in every run.
 *
 * @param gap the largest difference
 * @param largest the largest logit of the model that was to be met
 */
record LogitProbe(double gap, double largest) {
  private static final int ROWS = 2;
  private static final int TOKENS = 64;

  /** Compares {@code expected} with the model in a folder. */
  static LogitProbe of(CausalLm expected, Path folder) {
    try (var weights = expected.backend().scope("written"); var written = Models.load(folder, weights)) {
      var batch = batch(expected);
      return new LogitProbe(Lora.largestLogitGap(expected, written.model(), batch), largest(expected, batch));
    }
  }

  private static FlatBatch batch(CausalLm model) {
    int tokens = Math.min(TOKENS, model.config().maxPositionEmbeddings());
    var rows = IntStream.range(0, ROWS).mapToObj(row -> {
      var key = RandomKey.of(0).derive("logit probe").derive(row);
      return IntStream.range(0, tokens).map(t -> (int) (key.uniform(t) * model.config().vocabSize()))
          .toArray();
    }).toArray(int[][]::new);
    return FlatBatch.of(rows);
  }

  private static double largest(CausalLm model, FlatBatch batch) {
    try (var step = model.backend().scope("logits"); var tape = Tape.noGrad(step)) {
      double largest = 0;
      for (double logit : model.logits(tape, model.hidden(tape, batch)).value().toDoubles()) {
        largest = Math.max(largest, Math.abs(logit));
      }
      return largest;
    }
  }

  @Override
  public String toString() {
    return "%.2g of logits up to %.3g".formatted(gap, largest);
  }
}
