package linnet.sft.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import linnet.nn.json.JsonCursor;
import linnet.sft.tokenizer.Tokenizer;

/** Plain texts to pre-train on, or to learn a tokenizer from: JSONL with a field {@code text} in each row. */
public final class TextRows {
  private TextRows() {}

  /**
   * A text.
   *
   * @param text the text
   * @param source the file
   * @param line where it stands in its file, counted from 1
   */
  public record Text(String text, String source, long line) {}

  /**
   * Reads a file.
   *
   * @throws linnet.nn.json.JsonException if a row has no text; the message names the line
   * @throws DataException if there are no rows
   */
  public static List<Text> read(Path file) {
    return RowReader.read(file).stream().map(row -> new Text(
        JsonCursor.of(row.fields(), row.place()).at("text").asString(), row.source(), row.line())).toList();
  }

  /**
   * Encodes texts, on all cores; every token but the first of each is a target, so a text of fewer than two
   * tokens has none and is dropped.
   *
   * @param texts at least one
   * @param maxLength longer texts are cut to so many tokens, at least 2
   * @throws DataException if no text has a target
   * @throws IllegalArgumentException if the length leaves no room for a target
   */
  public static EncodedData encode(List<Text> texts, Tokenizer tokenizer, int maxLength) {
    EncodedData.requireRoom(maxLength);
    var encoded = texts.parallelStream().map(text -> tokenizer.encode(text.text()).ids()).toList();
    var rows = new ArrayList<EncodedRow>();
    var dropped = new ArrayList<EncodedData.Dropped>();
    var truncated = 0;
    for (var i = 0; i < texts.size(); i++) {
      var ids = encoded.get(i);
      var line = texts.get(i).line();
      if (ids.length < 2) {
        dropped.add(new EncodedData.Dropped(line, ids.length == 0 ? "its text is empty"
            : "its text is a single token, which nothing predicts"));
        continue;
      }
      truncated += ids.length > maxLength ? 1 : 0;
      rows.add(row(Arrays.copyOf(ids, Math.min(ids.length, maxLength)), line));
    }
    return new EncodedData(rows, dropped, truncated).requireRows(texts.getFirst().source());
  }

  private static EncodedRow row(int[] ids, long line) {
    var trained = new BitSet();
    trained.set(1, ids.length);
    return new EncodedRow(ids, trained, line);
  }
}
