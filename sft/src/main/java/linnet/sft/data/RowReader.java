package linnet.sft.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Reads rows: JSON Lines, or where the name ends in {@code .csv} or {@code .tsv}, CSV (RFC 4180) with a
 * header. UTF-8, with or without a byte order mark; blank lines are skipped.
 */
public final class RowReader {
  private static final String CSV = ".csv";
  private static final String TSV = ".tsv";
  private static final String JSON_LINES = ".jsonl";

  private RowReader() {}

  /** As what a file is read, by its name: one of the names' ends above. */
  static String form(Path file) {
    var name = file.toString();
    return name.endsWith(CSV) ? CSV : name.endsWith(TSV) ? TSV : JSON_LINES;
  }

  /**
   * Reads all rows of a file.
   *
   * @param file the file
   * @return at least one row
   * @throws linnet.nn.json.JsonException if a line is not JSON; the message names file and line
   * @throws DataException if a line is no object or no UTF-8 or escapes half a character, if CSV is malformed
   *     or a record does not fit its header, or if there are no rows; the message names file and line
   * @throws UncheckedIOException if the file cannot be read
   */
  public static List<Row> read(Path file) {
    return read(file, in -> in);
  }

  /** Reads all rows through a stream that {@code around} puts around that of the file. */
  static List<Row> read(Path file, UnaryOperator<InputStream> around) {
    var source = file.toString();
    try (var in = around.apply(Files.newInputStream(file))) {
      var rows = switch (form(file)) {
        case CSV -> DelimitedRows.read(in, source, ',');
        case TSV -> DelimitedRows.read(in, source, '\t');
        default -> JsonLines.read(in, source);
      };
      if (rows.isEmpty()) {
        throw new DataException(file + ": found no rows, expected at least one");
      }
      return rows;
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException(file + ": there is no such file", missing);
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be read: " + failed.getMessage(), failed);
    }
  }
}
