package linnet.sft.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import linnet.nn.json.Json;
import linnet.nn.json.JsonException;

/** Reads JSONL: UTF-8, one JSON object a line. */
final class JsonLines {
  private static final int BUFFER = 1 << 16;

  private JsonLines() {}

  static List<Row> read(InputStream in, String source) throws IOException {
    var rows = new ArrayList<Row>();
    var buffer = new byte[BUFFER];
    var line = new ByteArrayOutputStream();
    var number = 1;
    for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      var start = 0;
      for (var end = lineEnd(buffer, start, count); end < count; end = lineEnd(buffer, start, count)) {
        line.write(buffer, start, end - start);
        add(rows, line, source, number);
        number++;
        start = end + 1;
      }
      line.write(buffer, start, count - start);
    }
    add(rows, line, source, number);
    return rows;
  }

  /** Where a line that goes on at {@code from} ends, or {@code to}. */
  private static int lineEnd(byte[] bytes, int from, int to) {
    var end = from;
    while (end < to && bytes[end] != '\n') {
      end++;
    }
    return end;
  }

  /** Takes the row of a line, and clears it. */
  private static void add(List<Row> rows, ByteArrayOutputStream line, String source, int number) {
    add(rows, Utf8Text.decode(line.toByteArray(), source, number), source, number);
    line.reset();
  }

  private static void add(List<Row> rows, String text, String source, int number) {
    if (text.isBlank()) {
      return;
    }
    var json = parse(text, source, number);
    if (!(json instanceof Json.Obj fields)) {
      throw new DataException(source + ":" + number + ": found " + kind(json)
          + ", expected a JSON object such as {\"prompt\": …, \"completion\": …} on each line");
    }
    if (text.contains("\\u")) { // UTF-8 itself holds whole characters only
      requireWholeCharacters(json, source + ":" + number);
    }
    rows.add(new Row(source, number, fields));
  }

  private static Json parse(String text, String source, int number) {
    try {
      return Json.parse(text, source, number);
    } catch (JsonException malformed) {
      throw new JsonException(malformed.getMessage() + "; each line is one JSON object, mend this one");
    }
  }

  private static void requireWholeCharacters(Json json, String place) {
    switch (json) {
      case Json.Str s -> s.value().codePoints().filter(c -> c >= Character.MIN_SURROGATE
          && c <= Character.MAX_SURROGATE).findFirst().ifPresent(half -> {
            throw new DataException(place + ": found \\u" + Integer.toHexString(half)
                + ", half of a character, without the other half beside it; expected both, or neither");
          });
      case Json.Arr array -> array.elements().forEach(element -> requireWholeCharacters(element, place));
      case Json.Obj object ->
        object.members().values().forEach(value -> requireWholeCharacters(value, place));
      default -> { }
    }
  }

  private static String kind(Json json) {
    return switch (json) {
      case Json.Arr _ -> "an array";
      case Json.Obj _ -> "an object";
      case Json.Str _ -> "a string";
      case Json.Num _ -> "a number";
      case Json.Bool _ -> "a truth value";
      case Json.Null _ -> "null";
    };
  }
}
