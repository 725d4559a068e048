package linnet.nn.json;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A JSON value (RFC 8259). Values are immutable; objects keep the order of their members and have no two
 * members of the same name; numbers keep their literal, so that nothing is lost by reading and writing.
 */
public sealed interface Json {
  /** The value {@code null}. */
  Null NULL = new Null();

  /** The value {@code true}. */
  Bool TRUE = new Bool(true);

  /** The value {@code false}. */
  Bool FALSE = new Bool(false);

  /**
   * An object.
   *
   * @param members the members in their order
   */
  record Obj(SequencedMap<String, Json> members) implements Json {
    /** Copies the members. */
    public Obj {
      members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    }

    /**
     * The member of a name.
     *
     * @param name the member's name
     * @return its value, or empty where the object has no such member
     */
    public Optional<Json> get(String name) {
      return Optional.ofNullable(members.get(name));
    }

    /**
     * A builder that starts with this object's members.
     *
     * @return the builder
     */
    public ObjectBuilder toBuilder() {
      return new ObjectBuilder().putAll(this);
    }

    @Override
    public String toString() {
      return compact();
    }
  }

  /**
   * An array.
   *
   * @param elements the elements in their order
   */
  record Arr(List<Json> elements) implements Json {
    /** Copies the elements. */
    public Arr {
      elements = List.copyOf(elements);
    }

    @Override
    public String toString() {
      return compact();
    }
  }

  /**
   * A string.
   *
   * @param value its characters; a lone surrogate that was written as an escape is kept
   */
  record Str(String value) implements Json {
    @Override
    public String toString() {
      return compact();
    }
  }

  /**
   * A number, kept as it is written.
   *
   * @param literal the number in JSON's grammar
   */
  record Num(String literal) implements Json {
    /**
     * Checks the literal.
     *
     * @throws JsonException if it is not a JSON number
     */
    public Num {
      if (literal.isEmpty() || JsonNumbers.end(literal, 0) != literal.length()) {
        throw new JsonException("found " + JsonText.quote(literal) + ", expected a JSON number");
      }
    }

    /**
     * The nearest double.
     *
     * @return the value; infinite where the literal lies beyond the doubles
     */
    public double doubleValue() {
      return Double.parseDouble(literal);
    }

    /**
     * The value as a long, where it is one exactly ({@code 1e3} and {@code 2.0} are).
     *
     * @return the value, or empty where it has a fraction or does not fit
     */
    public Optional<Long> longValue() {
      return JsonNumbers.exactLong(literal);
    }

    @Override
    public String toString() {
      return literal;
    }
  }

  /**
   * A truth value.
   *
   * @param value true or false
   */
  record Bool(boolean value) implements Json {
    @Override
    public String toString() {
      return compact();
    }
  }

  /** The null value; {@link #NULL} is the one to use. */
  record Null() implements Json {
    @Override
    public String toString() {
      return compact();
    }
  }

  /**
   * Parses one document.
   *
   * @param text the whole document
   * @param source what errors call it: a file name, or what the text is
   * @return its value
   * @throws JsonException if the text is not JSON; the message starts with {@code source:line:column}
   */
  static Json parse(String text, String source) {
    return parse(text, source, 1);
  }

  /**
   * Parses one document that lies within a larger file, such as a line of a JSONL file.
   *
   * @param text the whole document
   * @param source what errors call the file
   * @param firstLine the number that errors give to the text's first line
   * @return its value
   * @throws JsonException if the text is not JSON; the message starts with {@code source:line:column}
   */
  static Json parse(String text, String source, int firstLine) {
    return new JsonParser(text, source, firstLine).document();
  }

  /**
   * Parses one UTF-8 document; a byte order mark is skipped.
   *
   * @param utf8 the whole document
   * @param source what errors call it
   * @return its value
   * @throws JsonException if the bytes are not UTF-8 or the text is not JSON
   */
  static Json parse(byte[] utf8, String source) {
    return parse(JsonText.decode(utf8, source), source);
  }

  /**
   * A string value.
   *
   * @param value the characters
   * @return the JSON string
   */
  static Json of(String value) {
    return new Str(value);
  }

  /**
   * An integer.
   *
   * @param value the number
   * @return the JSON number
   */
  static Json of(long value) {
    return new Num(Long.toString(value));
  }

  /**
   * A double in its shortest decimal form, spelled as Python does ({@code 1e-05}, {@code 1.0}).
   *
   * @param value the number
   * @return the JSON number; {@link #NULL} for NaN and the infinities, which JSON lacks
   */
  static Json of(double value) {
    return Double.isFinite(value) ? new Num(JsonNumbers.shortest(value)) : NULL;
  }

  /**
   * A float in the shortest decimal form that reads back as the same float.
   *
   * @param value the number
   * @return the JSON number; {@link #NULL} for NaN and the infinities, which JSON lacks
   */
  static Json of(float value) {
    return Float.isFinite(value) ? new Num(JsonNumbers.shortest(value)) : NULL;
  }

  /**
   * A truth value.
   *
   * @param value true or false
   * @return the JSON value
   */
  static Json of(boolean value) {
    return value ? TRUE : FALSE;
  }

  /**
   * An array of values.
   *
   * @param elements the elements
   * @return the JSON array
   */
  static Json of(Collection<? extends Json> elements) {
    return new Arr(List.copyOf(elements));
  }

  /**
   * An array of strings.
   *
   * @param values the elements
   * @return the JSON array
   */
  static Json strings(Collection<String> values) {
    return new Arr(values.stream().map(Json::of).toList());
  }

  /**
   * An array of integers.
   *
   * @param values the elements
   * @return the JSON array
   */
  static Json ints(int... values) {
    return new Arr(Arrays.stream(values).mapToObj(v -> of((long) v)).toList());
  }

  /**
   * An array of doubles, each as {@link #of(double)}.
   *
   * @param values the elements
   * @return the JSON array
   */
  static Json doubles(double... values) {
    return new Arr(Arrays.stream(values).mapToObj(Json::of).toList());
  }

  /**
   * Starts an object.
   *
   * @return an empty builder
   */
  static ObjectBuilder object() {
    return new ObjectBuilder();
  }

  /**
   * The value on one line without spaces.
   *
   * @return the text
   */
  default String compact() {
    return JsonWriter.compact(this);
  }

  /**
   * The value over several lines, indented by two spaces as Python's {@code json.dumps(x, indent=2,
   * ensure_ascii=False)} does; no line end at the end.
   *
   * @return the text
   */
  default String pretty() {
    return JsonWriter.pretty(this);
  }
}
