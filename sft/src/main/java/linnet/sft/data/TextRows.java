package linnet.sft.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import linnet.nn.json.JsonCursor;
import linnet.sft.tokenizer.Tokenizer;

/** Plain texts to pre-train on, or to learn a tokenizer from: JSONL with a field {@code text} in each row. */
public final class TextRows {
  private TextRows() {}

  /**
   * A text.
   *
   * @param text the text
   * @param line where it stands in its file, counted from 1
   */
  public record Text(String text, long line) {}

  /**
   * Reads a file.
   *
   * @throws linnet.nn.json.JsonException if a row has no text; the message names the line
   * @throws DataException if there are no rows
   */
  public static List<Text> read(Path file) {
    return RowReader.read(file).stream().map(row ->
        new Text(JsonCursor.of(row.fields(), row.place()).at("text").asString(), row.line())).toList();
  }

  /** Encodes texts, in parallel; every token but the first of each is a target. */
  public static List<EncodedRow> encode(List<Text> texts, Tokenizer tokenizer, int maxLength) {
    return IntStream.range(0, texts.size()).parallel().mapToObj(i -> {
      int[] all = tokenizer.encode(texts.get(i).text()).ids();
      int[] ids = all.length > maxLength ? Arrays.copyOf(all, maxLength) : all;
      var trained = new BitSet();
      trained.set(1, Math.max(1, ids.length));
      return new EncodedRow(ids, trained, texts.get(i).line());
    }).toList();
  }
}
