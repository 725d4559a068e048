package linnet.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import linnet.sft.ChatModel;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.DataPosition;
import linnet.sft.data.EncodedRow;
import linnet.sft.data.EncodingCache;
import linnet.tensor.RandomKey;
import picocli.CommandLine.Option;

/** Which rows are scored and never trained on. */
final class ValidationOptions {
  @Option(names = "--validation-data", paramLabel = "FILE", description = "Rows to validate on.")
  private Path file;

  @Option(names = "--validation-rows", paramLabel = "N",
      description = "Only the first N rows of --validation-data; without it, N rows drawn from --data, which"
          + " are then not trained on.")
  private Integer count;

  @Option(names = "--eval-steps", defaultValue = "0", paramLabel = "N",
      description = "Steps between validations; 0 for only before and after (default: ${DEFAULT-VALUE}).")
  private long evalSteps;

  long evalSteps() {
    return evalSteps;
  }

  /** Refuses what is out of range or of no use, before any work is done. */
  void check() {
    UserException.requireAtLeast(1, "--validation-rows", count);
    UserException.requireAtLeast(0, "--eval-steps", evalSteps);
    if (evalSteps > 0 && file == null && count == null) {
      throw new UserException("--eval-steps: found " + evalSteps + " and no rows to validate on; give"
          + " --validation-data or --validation-rows, or leave it out");
    }
    if (file != null) {
      ModelPath.requireExists("--validation-data", file);
    }
  }

  /**
   * The rows of a run.
   *
   * @param training to train on
   * @param validation to validate on; may be empty
   */
  record Split(List<EncodedRow> training, List<EncodedRow> validation) {}

  /**
   * Encodes the rows of a run.
   *
   * @param before is run before, where rows must be encoded
   */
  Split split(Output output, RowOptions rowOptions, ChatModel chat, EncodingCache cache,
      long seed, Runnable before) {
    var rows = rowOptions.encode(output, rowOptions.data(), chat.chatText(), cache, before).rows();
    if (file != null) {
      var validation = rowOptions.encode(output, file, chat.chatText(), cache).rows();
      return new Split(rows,
          count == null ? validation : validation.subList(0, Math.min(count, validation.size())));
    }
    if (count == null) {
      return new Split(rows, List.of());
    }
    if (count >= rows.size()) {
      throw new UserException("--validation-rows: found " + count + ", expected less than the " + rows.size()
          + " rows of " + rowOptions.data() + ", so that some are left to train on");
    }
    var key = RandomKey.of(seed).derive("validation");
    var shuffled = new BatchSchedule(rows, new BatchSize.Rows(count), 1, key)
        .at(DataPosition.START).rows();
    var validation = Set.copyOf(shuffled.stream().map(EncodedRow::line).toList());
    return new Split(rows.stream().filter(row -> !validation.contains(row.line())).toList(), shuffled);
  }
}
