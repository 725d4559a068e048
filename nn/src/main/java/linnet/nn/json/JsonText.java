package linnet.nn.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Text around JSON: strict UTF-8, positions for errors, and short quotations of what was found. */
final class JsonText {
  private static final int QUOTED = 40;

  private JsonText() {}

  static String decode(byte[] utf8, String source) {
    boolean marked = utf8.length >= 3
        && utf8[0] == (byte) 0xef && utf8[1] == (byte) 0xbb && utf8[2] == (byte) 0xbf;
    int start = marked ? 3 : 0;
    var bytes = ByteBuffer.wrap(utf8, start, utf8.length - start);
    var chars = CharBuffer.allocate(utf8.length - start);
    var decoder = StandardCharsets.UTF_8.newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
    var result = decoder.decode(bytes, chars, true);
    String text = chars.flip().toString();
    if (result.isError()) {
      int wrong = utf8[bytes.position()] & 0xff;
      throw new JsonException("%s: found the byte 0x%02x, expected UTF-8 text"
          .formatted(place(text, text.length(), source, 1), wrong));
    }
    return text;
  }

  /** {@code source:line:column}, both from one; columns count code points. */
  static String place(String text, int at, String source, int firstLine) {
    int line = firstLine;
    int lineStart = 0;
    for (int i = 0; i < at; i++) {
      char c = text.charAt(i);
      boolean ends = c == '\n' || c == '\r' && !(i + 1 < text.length() && text.charAt(i + 1) == '\n');
      if (ends) {
        line++;
        lineStart = i + 1;
      }
    }
    return source + ":" + line + ":" + (text.codePointCount(lineStart, at) + 1);
  }

  /** The text as a JSON string, cut where it is long. */
  static String quote(String text) {
    if (text.length() <= QUOTED) {
      return JsonWriter.compact(new Json.Str(text));
    }
    int end = text.offsetByCodePoints(0, text.codePointCount(0, QUOTED));
    return JsonWriter.compact(new Json.Str(text.substring(0, end) + "…"));
  }

  /** A value as an error names what it found. */
  static String describe(Json value) {
    return switch (value) {
      case Json.Obj object -> "an object of " + count(object.members().size(), "member");
      case Json.Arr array -> "an array of " + count(array.elements().size(), "element");
      case Json.Str string -> quote(string.value());
      case Json.Num number -> number.literal().length() <= QUOTED
          ? number.literal() : number.literal().substring(0, QUOTED) + "…";
      case Json.Bool bool -> Boolean.toString(bool.value());
      case Json.Null _ -> "null";
    };
  }

  private static String count(int number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
