package linnet.nn.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads GGUF's values one after another and never beyond the end of the bytes. */
final class GgufCursor {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  /** Arrays of arrays are allowed; nobody nests them further than this. */
  private static final int MAX_DEPTH = 4;

  private final Object file;
  private final MemorySegment bytes;
  private long at;

  GgufCursor(Object file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  long position() {
    return at;
  }

  /** Moves on by {@code size} bytes and returns where they start. */
  private long take(long size, String field) {
    long left = bytes.byteSize() - at;
    if (size < 0 || size > left) {
      throw new ModelFormatException(file, field, "found " + left + " bytes from byte " + at
          + " to the end, expected " + Long.toUnsignedString(size) + "; the file is truncated or damaged");
    }
    long start = at;
    at += size;
    return start;
  }

  int uint32AsInt(String field) {
    return bytes.get(INT, take(Integer.BYTES, field));
  }

  long uint64(String field) {
    return bytes.get(LONG, take(Long.BYTES, field));
  }

  /**
   * A count of things that take at least {@code bytesEach} bytes, so that a false one shows before it is
   * used.
   */
  long count(long bytesEach, String field) {
    long count = uint64(field);
    long left = bytes.byteSize() - at;
    if (count < 0 || count > left / bytesEach) {
      throw new ModelFormatException(file, field, "found " + Long.toUnsignedString(count)
          + ", expected at most " + left / bytesEach + " in the " + left
          + " bytes that follow; the file is truncated or damaged");
    }
    return count;
  }

  String text(String field) {
    long length = count(1, field);
    var utf8 = bytes.asSlice(take(length, field), length);
    if (length > Integer.MAX_VALUE - 8) {
      throw new ModelFormatException(file, field, "found a string of " + length
          + " bytes, expected less than 2^31");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8.asByteBuffer()).toString();
    } catch (CharacterCodingException malformed) {
      throw new ModelFormatException(file, field, "found bytes that are not UTF-8, expected text");
    }
  }

  long integer(GgufType type, String field) {
    long start = take(type.bytes(), field);
    return switch (type) {
      case UINT8 -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, start));
      case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, start);
      case UINT16 -> Short.toUnsignedLong(bytes.get(SHORT, start));
      case INT16 -> bytes.get(SHORT, start);
      case UINT32 -> Integer.toUnsignedLong(bytes.get(INT, start));
      case INT32 -> bytes.get(INT, start);
      case UINT64, INT64 -> bytes.get(LONG, start);
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY ->
          throw new IllegalArgumentException(type + " is no integer");
    };
  }

  double real(GgufType type, String field) {
    long start = take(type.bytes(), field);
    return type == GgufType.FLOAT32
        ? Float.intBitsToFloat(bytes.get(INT, start)) : Double.longBitsToDouble(bytes.get(LONG, start));
  }

  GgufValue value(String key) {
    var type = type(key);
    return switch (type) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
          new GgufValue.Int(type, integer(type, key));
      case FLOAT32, FLOAT64 -> new GgufValue.Real(type, real(type, key));
      case BOOL -> new GgufValue.Bool(bool(key));
      case STRING -> new GgufValue.Text(text(key));
      case ARRAY -> array(key);
    };
  }

  private GgufValue.Array array(String key) {
    var elementType = type(key);
    long count = count(smallest(elementType), key);
    long start = at;
    skip(elementType, count, key, 1);
    return new GgufValue.Array(elementType, count, bytes.asSlice(start, at - start));
  }

  private void skip(GgufType elementType, long count, String key, int depth) {
    if (depth > MAX_DEPTH) {
      throw new ModelFormatException(file, key, "found arrays nested more than " + MAX_DEPTH
          + " deep, expected fewer levels");
    }
    switch (elementType) {
      case STRING -> {
        for (long i = 0; i < count; i++) {
          take(count(1, key), key);
        }
      }
      case ARRAY -> {
        for (long i = 0; i < count; i++) {
          var inner = type(key);
          skip(inner, count(smallest(inner), key), key, depth + 1);
        }
      }
      case BOOL -> {
        for (long i = 0; i < count; i++) {
          bool(key);
        }
      }
      default -> take(count * elementType.bytes(), key);
    }
  }

  /** The fewest bytes that one value of a type takes. */
  private static int smallest(GgufType type) {
    return switch (type) {
      case STRING -> Long.BYTES;
      case ARRAY -> Integer.BYTES + Long.BYTES;
      default -> type.bytes();
    };
  }

  private boolean bool(String key) {
    int value = bytes.get(ValueLayout.JAVA_BYTE, take(1, key));
    if (value != 0 && value != 1) {
      throw new ModelFormatException(file, key, "found the byte " + value + ", expected 0 or 1");
    }
    return value == 1;
  }

  private GgufType type(String key) {
    int type = uint32AsInt(key);
    if (type < 0 || type >= GgufType.values().length) {
      throw new ModelFormatException(file, key, "found the value type " + Integer.toUnsignedString(type)
          + ", expected 0 to " + (GgufType.values().length - 1));
    }
    return GgufType.values()[type];
  }
}
