package linnet.sft.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import linnet.nn.json.Json;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads CSV and TSV (RFC 4180 quoting), the first row of which names the fields. All values are strings. */
final class DelimitedRows {
  private DelimitedRows() {}

  static List<Row> read(InputStream in, String source, char delimiter) throws IOException {
    var format = CSVFormat.RFC4180.builder().setDelimiter(delimiter).setIgnoreEmptyLines(true).get();
    var rows = new ArrayList<Row>();
    var text = Utf8Text.decode(in.readAllBytes(), source, 1);
    try (var parser = CSVParser.builder().setReader(new StringReader(text)).setFormat(format).get()) {
      List<String> names = null;
      var line = 1L;
      try {
        for (var record : parser) {
          var first = parser.getCurrentLineNumber() - lineEnds(record);
          if (names == null) {
            names = names(record, source, Math.max(first, 1));
          } else {
            rows.add(row(record, names, source, Math.max(first, line)));
          }
          line = parser.getCurrentLineNumber() + 1;
        }
      } catch (UncheckedIOException | IllegalStateException e) {
        throw malformed(e, source, line);
      }
    }
    return rows;
  }

  /** Line ends within a record: its first line is so many above the one the parser stands at. */
  private static long lineEnds(CSVRecord record) {
    return record.stream().flatMapToInt(String::chars).filter(c -> c == '\n').count();
  }

  private static List<String> names(CSVRecord header, String source, long line) {
    var names = header.stream().map(String::strip).toList();
    var seen = new HashSet<String>();
    for (var name : names) {
      if (name.isEmpty() || !seen.add(name)) {
        throw new DataException(source + ":" + line + ": found the header " + names
            + ", expected a different name for each column");
      }
    }
    return names;
  }

  private static Row row(CSVRecord record, List<String> names, String source, long line) {
    if (record.size() != names.size()) {
      throw new DataException(source + ":" + line + ": found " + record.size() + " values, expected "
          + names.size() + " as the header " + names + " has");
    }
    var fields = new LinkedHashMap<String, Json>();
    for (var i = 0; i < names.size(); i++) {
      fields.put(names.get(i), Json.of(record.get(i)));
    }
    return new Row(source, line, new Json.Obj(fields));
  }

  private static DataException malformed(RuntimeException e, String source, long line) {
    var cause = e.getCause() == null ? e : e.getCause();
    return new DataException(source + ":" + line + ": found malformed CSV (" + cause.getMessage()
        + "), expected quotes around values that hold a delimiter, a quote or a line end", e);
  }
}
