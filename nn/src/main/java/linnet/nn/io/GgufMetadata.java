package linnet.nn.io;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * The metadata of a GGUF file, with typed access that names file and key in every error.
 *
 * @param file what errors call the file
 * @param values the values by key, in the order of the file
 */
public record GgufMetadata(String file, SequencedMap<String, GgufValue> values) {
  /** Copies the values. */
  public GgufMetadata {
    values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }

  /**
   * A whole number.
   *
   * @param key the key
   * @return the number, or empty where the key is missing
   * @throws ModelFormatException if the value is no integer
   */
  public OptionalLong integer(String key) {
    return switch (values.get(key)) {
      case null -> OptionalLong.empty();
      case GgufValue.Int integer -> OptionalLong.of(integer.value());
      case GgufValue other -> throw unexpected(key, other, "an integer");
    };
  }

  /**
   * A size or count that must be there.
   *
   * @param key the key
   * @return the number, at least 1
   * @throws ModelFormatException if it is missing, no integer, below 1 or above 2^31 − 1
   */
  public int size(String key) {
    long size = integer(key).orElseThrow(() -> missing(key));
    if (size < 1 || size > Integer.MAX_VALUE) {
      throw new ModelFormatException(file, key, "found " + size + ", expected 1 to " + Integer.MAX_VALUE);
    }
    return (int) size;
  }

  /**
   * A real number, or an integer taken as one.
   *
   * @param key the key
   * @return the number, or empty where the key is missing
   * @throws ModelFormatException if the value is no number
   */
  public OptionalDouble real(String key) {
    return switch (values.get(key)) {
      case null -> OptionalDouble.empty();
      case GgufValue.Real real -> OptionalDouble.of(real.value());
      case GgufValue.Int integer -> OptionalDouble.of(integer.value());
      case GgufValue other -> throw unexpected(key, other, "a number");
    };
  }

  /**
   * A truth value.
   *
   * @param key the key
   * @return the value, or empty where the key is missing
   * @throws ModelFormatException if the value is neither true nor false
   */
  public Optional<Boolean> bool(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Bool bool -> Optional.of(bool.value());
      case GgufValue other -> throw unexpected(key, other, "true or false");
    };
  }

  /**
   * A string.
   *
   * @param key the key
   * @return the string, or empty where the key is missing
   * @throws ModelFormatException if the value is no string
   */
  public Optional<String> text(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Text text -> Optional.of(text.value());
      case GgufValue other -> throw unexpected(key, other, "a string");
    };
  }

  /**
   * An array of strings.
   *
   * @param key the key
   * @return the strings, or empty where the key is missing
   * @throws ModelFormatException if the value is no array of strings in UTF-8
   */
  public Optional<List<String>> texts(String key) {
    return array(key, type -> type == GgufType.STRING, "strings").map(array -> {
      var cursor = new GgufCursor(file, array.bytes());
      var texts = new ArrayList<String>();
      for (long i = 0; i < array.count(); i++) {
        texts.add(cursor.text(key + "[" + i + "]"));
      }
      return texts;
    });
  }

  /**
   * An array of integers.
   *
   * @param key the key
   * @return the integers, or empty where the key is missing
   * @throws ModelFormatException if the value is no array of integers
   */
  public Optional<long[]> integers(String key) {
    return array(key, GgufType::isInteger, "integers").map(array -> {
      var cursor = new GgufCursor(file, array.bytes());
      return LongStream.generate(() -> cursor.integer(array.elementType(), key))
          .limit(array.count()).toArray();
    });
  }

  /**
   * An array of real numbers.
   *
   * @param key the key
   * @return the numbers, or empty where the key is missing
   * @throws ModelFormatException if the value is no array of real numbers
   */
  public Optional<double[]> reals(String key) {
    return array(key, GgufType::isReal, "real numbers").map(array -> {
      var cursor = new GgufCursor(file, array.bytes());
      return DoubleStream.generate(() -> cursor.real(array.elementType(), key))
          .limit(array.count()).toArray();
    });
  }

  /**
   * An array of truth values, or of integers of which 0 is false.
   *
   * @param key the key
   * @return the values, or empty where the key is missing
   * @throws ModelFormatException if the value is no such array
   */
  public Optional<List<Boolean>> truths(String key) {
    return array(key, type -> type == GgufType.BOOL || type.isInteger(), "truth values").map(array -> {
      var cursor = new GgufCursor(file, array.bytes());
      var stored = array.elementType() == GgufType.BOOL ? GgufType.UINT8 : array.elementType();
      var truths = new ArrayList<Boolean>();
      for (long i = 0; i < array.count(); i++) {
        truths.add(cursor.integer(stored, key) != 0);
      }
      return truths;
    });
  }

  private Optional<GgufValue.Array> array(String key, Predicate<GgufType> fits, String elements) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Array array when fits.test(array.elementType()) -> Optional.of(array);
      case GgufValue other -> throw unexpected(key, other, "an array of " + elements);
    };
  }

  /**
   * An error for a key that must be there.
   *
   * @param key the key
   * @return the exception, to be thrown
   */
  ModelFormatException missing(String key) {
    return new ModelFormatException(file, key, "found no such key among " + values.size() + ", expected it");
  }

  private ModelFormatException unexpected(String key, GgufValue found, String expected) {
    String what = switch (found) {
      case GgufValue.Int integer -> Long.toString(integer.value());
      case GgufValue.Real real -> Double.toString(real.value());
      case GgufValue.Bool bool -> Boolean.toString(bool.value());
      case GgufValue.Text _ -> "a string";
      case GgufValue.Array array -> "an array of " + array.count() + " " + array.elementType();
    };
    return new ModelFormatException(file, key, "found " + what + ", expected " + expected);
  }
}
