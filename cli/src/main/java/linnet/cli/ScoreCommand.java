package linnet.cli;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import linnet.autograd.Tape;
import linnet.nn.json.Json;
import linnet.nn.model.CausalLm;
import linnet.sft.data.EncodedRow;
import linnet.sft.data.MicroBatch;
import linnet.sft.tokenizer.Tokenizer;
import linnet.sft.train.MaskedLoss;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code linnet score}: how likely a model finds rows. */
@Command(name = "score", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Tells how likely a model finds rows, token by token.",
        "Gives the log-probability of every token, marks those that training would train, and their mean",
        "negative log-likelihood."})
final class ScoreCommand implements Callable<Integer> {
  @Mixin
  private ModelOptions modelOptions;

  @Mixin
  private RowOptions rowOptions;

  @Mixin
  private CacheOptions cacheOptions;

  @Option(names = "--rows", paramLabel = "N", description = "Only the first N rows.")
  private Integer limit;

  @Option(names = "--tokens", description = "Show every token with its log-probability (--json always does).")
  private boolean showTokens;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    rowOptions.check();
    UserException.requireAtLeast(1, "--rows", limit);
    modelOptions.requireRows(rowOptions.data());
    try (var cache = cacheOptions.open(rowOptions.data()); var backend = backendOptions.open();
        var weights = backend.scope("model"); var chat = modelOptions.load(weights)) {
      Banner.print(output, backend, chat.basePath(), chat.model());
      Notices.template(output, chat.text());
      var all = rowOptions.encode(output, rowOptions.data(), chat.chatText(), cache).rows();
      var rows = limit == null ? all : all.subList(0, Math.min(limit, all.size()));
      double sum = 0;
      long targets = 0;
      for (var row : rows) {
        double[] logProbs = logProbs(chat.model(), row);
        double rowSum = -row.trained().stream().mapToDouble(t -> logProbs[t]).sum();
        report(row, logProbs, rowSum / row.trainedTokens(), chat.text().tokenizer());
        sum += rowSum;
        targets += row.trainedTokens();
      }
      output.say("%s: loss %.6f, the mean over %s", Counted.of(rows.size(), "row"), sum / targets,
          Counted.of(targets, "trained token"));
      output.event("summary", Json.object().put("rows", rows.size()).put("loss", sum / targets)
          .put("trainedTokens", targets));
      return ExitCode.OK;
    }
  }

  /** The log-probability of each token given those before it; of the first there is none: NaN. */
  private static double[] logProbs(CausalLm model, EncodedRow row) {
    var every = new BitSet();
    every.set(1, row.tokens());
    var whole = new EncodedRow(row.ids(), every, row.line());
    var micro = MicroBatch.cut(List.of(whole), row.tokens(), null).getFirst();
    var result = new double[row.tokens()];
    Arrays.fill(result, Double.NaN);
    try (var scope = model.backend().scope("score"); var tape = Tape.noGrad(scope)) {
      double[] scores = MaskedLoss.logProbs(tape, model, micro).value().toDoubles();
      System.arraycopy(scores, 0, result, 1, scores.length);
    }
    return result;
  }

  private void report(EncodedRow row, double[] logProbs, double loss, Tokenizer tokenizer) {
    output.say("line %d: %s, %d trained, loss %.6f", row.line(), Counted.of(row.tokens(), "token"),
        row.trainedTokens(), loss);
    if (showTokens) {
      for (int t = 0; t < row.tokens(); t++) {
        output.say("  %s %8d %11s  %s", row.trained().get(t) ? "*" : " ", row.ids()[t],
            t == 0 ? "-" : "%.6f".formatted(logProbs[t]), tokenizer.token(row.ids()[t]).orElse("?"));
      }
    }
    output.event("row", Json.object().put("line", row.line()).put("ids", JsonArrays.of(row.ids()))
        .put("trained", JsonArrays.of(row.trained(), row.tokens())).put("logProbs", Json.doubles(logProbs))
        .put("loss", loss));
  }
}
