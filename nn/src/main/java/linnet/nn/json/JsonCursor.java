package linnet.nn.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * A value within a document that knows where it stands, so that every error names file and field:
 * {@code config.json: rope_scaling.factor: found "x", expected a number}.
 *
 * <pre>{@code
 * var config = JsonCursor.read(folder.resolve("config.json"));
 * int hidden = config.at("hidden_size").asInt();
 * double theta = config.opt("rope_theta").map(JsonCursor::asDouble).orElse(10_000.0);
 * }</pre>
 *
 * @param source what errors call the document, usually its file name
 * @param path where the value stands within the document; empty for the document itself
 * @param value the value
 */
public record JsonCursor(String source, String path, Json value) {
  private static final long MAX_FILE_BYTES = 1L << 30;
  private static final int NAMES_LISTED = 12;
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

  /**
   * Reads a UTF-8 file.
   *
   * @param file the file
   * @return a cursor on its value
   * @throws JsonException if the file is not JSON
   * @throws UncheckedIOException if it cannot be read; the message names it
   */
  public static JsonCursor read(Path file) {
    return parse(bytes(file), file.toString());
  }

  /**
   * Parses the bytes of a file.
   *
   * @param utf8 all of them
   * @param file what errors call it
   * @return a cursor on its value
   * @throws JsonException if they are not JSON
   */
  public static JsonCursor parse(byte[] utf8, String file) {
    try {
      return of(Json.parse(utf8, file), file);
    } catch (JsonException malformed) {
      throw new JsonException(malformed.getMessage() + "; the file is damaged: mend it at this line and column, or"
          + " obtain it again");
    }
  }

  /**
   * The bytes of a file, to be parsed later.
   *
   * @param file the file
   * @return all of them
   * @throws JsonException if the file is larger than any that is parsed
   * @throws UncheckedIOException if it cannot be read; the message names it
   */
  public static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_FILE_BYTES) {
        throw new JsonException(file + ": found " + size + " bytes, expected a JSON file of at most "
            + MAX_FILE_BYTES + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException(file + ": there is no such file", missing);
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be read: " + failed, failed);
    }
  }

  /**
   * A cursor on a whole document.
   *
   * @param value the document
   * @param source what errors call it
   * @return the cursor
   */
  public static JsonCursor of(Json value, String source) {
    return new JsonCursor(source, "", value);
  }

  /**
   * A member that must be there.
   *
   * @param name the member's name
   * @return a cursor on its value
   * @throws JsonException if this is no object or has no such member
   */
  public JsonCursor at(String name) {
    var object = asObject();
    var child = object.members().get(name);
    if (child == null) {
      throw new JsonException(place() + "found no " + JsonText.quote(name) + " among "
          + names(object) + ", expected it");
    }
    return member(name, child);
  }

  /**
   * A member that may be missing.
   *
   * @param name the member's name
   * @return a cursor on its value, or empty where it is missing or null
   * @throws JsonException if this is no object
   */
  public Optional<JsonCursor> opt(String name) {
    return asObject().get(name)
        .filter(child -> !(child instanceof Json.Null))
        .map(child -> member(name, child));
  }

  /**
   * An element of an array.
   *
   * @param index its index, from zero
   * @return a cursor on it
   * @throws JsonException if this is no array or has no such element
   */
  public JsonCursor at(int index) {
    var elements = asArray().elements();
    if (index < 0 || index >= elements.size()) {
      throw error("an element of index " + index);
    }
    return element(index, elements.get(index));
  }

  /**
   * The elements of an array.
   *
   * @return a cursor on each, in order
   * @throws JsonException if this is no array
   */
  public List<JsonCursor> elements() {
    var elements = asArray().elements();
    var cursors = new ArrayList<JsonCursor>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      cursors.add(element(i, elements.get(i)));
    }
    return cursors;
  }

  /**
   * The members of an object.
   *
   * @return a cursor on each, by name, in order
   * @throws JsonException if this is no object
   */
  public SequencedMap<String, JsonCursor> members() {
    var cursors = new LinkedHashMap<String, JsonCursor>();
    asObject().members().forEach((name, child) -> cursors.put(name, member(name, child)));
    return Collections.unmodifiableSequencedMap(cursors);
  }

  /**
   * Whether the value says that an option is not used.
   *
   * @return true where it is null, false or empty
   */
  public boolean isUnset() {
    return switch (value) {
      case Json.Null _ -> true;
      case Json.Bool(boolean set) -> !set;
      case Json.Arr(var elements) -> elements.isEmpty();
      case Json.Obj(var members) -> members.isEmpty();
      case Json.Str(var text) -> text.isEmpty();
      case Json.Num _ -> false;
    };
  }

  /**
   * The value as an object.
   *
   * @return the object
   * @throws JsonException if it is none
   */
  public Json.Obj asObject() {
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw error("an object");
  }

  /**
   * The value as an array.
   *
   * @return the array
   * @throws JsonException if it is none
   */
  public Json.Arr asArray() {
    if (value instanceof Json.Arr array) {
      return array;
    }
    throw error("an array");
  }

  /**
   * The value as a string.
   *
   * @return its characters
   * @throws JsonException if it is no string
   */
  public String asString() {
    if (value instanceof Json.Str string) {
      return string.value();
    }
    throw error("a string");
  }

  /**
   * The value as a truth value.
   *
   * @return true or false
   * @throws JsonException if it is neither
   */
  public boolean asBoolean() {
    if (value instanceof Json.Bool bool) {
      return bool.value();
    }
    throw error("true or false");
  }

  /**
   * The value as a double.
   *
   * @return the nearest double
   * @throws JsonException if it is no number or lies beyond the doubles
   */
  public double asDouble() {
    if (value instanceof Json.Num number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw error("a number");
  }

  /**
   * The value as a long.
   *
   * @return the number
   * @throws JsonException if it is not a whole number that fits
   */
  public long asLong() {
    if (value instanceof Json.Num number) {
      return number.longValue().orElseThrow(() -> error("a whole number of 64 bits"));
    }
    throw error("a whole number");
  }

  /**
   * The value as an int.
   *
   * @return the number
   * @throws JsonException if it is not a whole number that fits
   */
  public int asInt() {
    long number = asLong();
    if (number != (int) number) {
      throw error("a whole number of 32 bits");
    }
    return (int) number;
  }

  /**
   * The value as an int above zero, such as a size.
   *
   * @return the number
   * @throws JsonException if it is not a whole number of at least 1 that fits
   */
  public int asCount() {
    int number = asInt();
    if (number < 1) {
      throw error("a whole number of at least 1");
    }
    return number;
  }

  /**
   * The value as a double above zero.
   *
   * @return the nearest double
   * @throws JsonException if it is no number above 0
   */
  public double asPositive() {
    double number = asDouble();
    if (number <= 0) {
      throw error("a number above 0");
    }
    return number;
  }

  /**
   * An error about this value, for checks that a caller makes itself.
   *
   * @param expected what should stand here
   * @return the exception, to be thrown
   */
  public JsonException error(String expected) {
    return new JsonException(place() + "found " + JsonText.describe(value) + ", expected " + expected);
  }

  private String place() {
    return path.isEmpty() ? source + ": " : source + ": " + path + ": ";
  }

  private JsonCursor member(String name, Json child) {
    boolean plain = PLAIN_NAME.matcher(name).matches();
    String step = plain ? (path.isEmpty() ? name : "." + name) : "[" + JsonText.quote(name) + "]";
    return new JsonCursor(source, path + step, child);
  }

  private JsonCursor element(int index, Json child) {
    return new JsonCursor(source, path + "[" + index + "]", child);
  }

  private static String names(Json.Obj object) {
    var names = object.members().sequencedKeySet();
    if (names.isEmpty()) {
      return "no members";
    }
    var listed = names.stream().limit(NAMES_LISTED).map(JsonText::quote).toList();
    int more = names.size() - listed.size();
    return String.join(", ", listed) + (more > 0 ? " and " + more + " more" : "");
  }
}
