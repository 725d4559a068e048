package linnet.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import linnet.sft.ChatModel;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.DataPosition;
import linnet.sft.data.EncodedRow;
import linnet.tensor.RandomKey;
import picocli.CommandLine.Option;

/** Which rows are scored and never trained on. */
final class ValidationOptions {
  @Option(names = "--validation-data", paramLabel = "FILE", description = "Rows to validate on.")
  private Path file;

  @Option(names = "--validation-rows", paramLabel = "N",
      description = "Only the first N rows of --validation-data; without it, N rows drawn from --data, which are then"
          + " not trained on.")
  private Integer count;

  /**
   * The rows of a run.
   *
   * @param training to train on
   * @param validation to validate on; may be empty
   */
  record Split(List<EncodedRow> training, List<EncodedRow> validation) {}

  Split split(Output output, RowOptions rowOptions, Path data, ChatModel chat, long seed) {
    if (count != null && count < 1) {
      throw new UserException("--validation-rows: found " + count + ", expected at least 1");
    }
    var rows = rowOptions.encode(output, data, chat).rows();
    if (file != null) {
      ModelOptions.requireExists("--validation-data", file);
      var validation = rowOptions.encode(output, file, chat).rows();
      return new Split(rows, count == null ? validation : validation.subList(0, Math.min(count, validation.size())));
    }
    if (count == null) {
      return new Split(rows, List.of());
    }
    if (count >= rows.size()) {
      throw new UserException("--validation-rows: found " + count + ", expected less than the " + rows.size()
          + " rows of " + data + ", so that some are left to train on");
    }
    var shuffled = new BatchSchedule(rows, new BatchSize.Rows(count), 1, RandomKey.of(seed).derive("validation"))
        .at(DataPosition.START).rows();
    var validation = Set.copyOf(shuffled.stream().map(EncodedRow::line).toList());
    return new Split(rows.stream().filter(row -> !validation.contains(row.line())).toList(), shuffled);
  }
}
