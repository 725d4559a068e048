package linnet.sft.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads rows: JSON Lines, or where the name ends in {@code .csv} or {@code .tsv}, CSV (RFC 4180) with a
 * header. UTF-8, with or without a byte order mark; blank lines are skipped.
 */
public final class RowReader {
  private RowReader() {}

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
    var source = file.toString();
    try (var in = Files.newInputStream(file)) {
      var rows = source.endsWith(".csv") ? DelimitedRows.read(in, source, ',')
          : source.endsWith(".tsv") ? DelimitedRows.read(in, source, '\t') : JsonLines.read(in, source);
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
