package linnet.nn.json;

import java.util.Iterator;
import java.util.function.Consumer;

/** Writes values as text; strings as Python's {@code json.dumps(ensure_ascii=False)} escapes them. */
final class JsonWriter {
  private final StringBuilder out = new StringBuilder();
  private final boolean lines;
  private int depth;

  private JsonWriter(boolean lines) {
    this.lines = lines;
  }

  static String compact(Json value) {
    var writer = new JsonWriter(false);
    writer.write(value);
    return writer.out.toString();
  }

  static String pretty(Json value) {
    var writer = new JsonWriter(true);
    writer.write(value);
    return writer.out.toString();
  }

  private void write(Json value) {
    switch (value) {
      case Json.Obj object -> writeAll('{', object.members().entrySet().iterator(), member -> {
        writeString(member.getKey());
        out.append(lines ? ": " : ":");
        write(member.getValue());
      }, '}');
      case Json.Arr array -> writeAll('[', array.elements().iterator(), this::write, ']');
      case Json.Str string -> writeString(string.value());
      case Json.Num number -> out.append(number.literal());
      case Json.Bool bool -> out.append(bool.value());
      case Json.Null _ -> out.append("null");
    }
  }

  private <T> void writeAll(char open, Iterator<T> items, Consumer<T> writeItem, char close) {
    out.append(open);
    if (!items.hasNext()) {
      out.append(close);
      return;
    }
    depth++;
    while (items.hasNext()) {
      breakLine();
      writeItem.accept(items.next());
      if (items.hasNext()) {
        out.append(',');
      }
    }
    depth--;
    breakLine();
    out.append(close);
  }

  private void breakLine() {
    if (lines) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private void writeString(String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          // UTF-8 has no lone surrogates, so only an escape keeps one.
          if (c < ' ' || Character.isSurrogate(c) && !paired(value, i)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean paired(String value, int at) {
    return Character.isHighSurrogate(value.charAt(at))
        ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
  }
}
