package linnet.nn.io;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** A value of GGUF metadata. */
public sealed interface GgufValue {
  /**
   * The type under which the value stands in a file.
   *
   * @return the type
   */
  GgufType type();

  /**
   * An integer.
   *
   * @param type one of the integer types
   * @param value its value; of a UINT64, the same 64 bits
   */
  record Int(GgufType type, long value) implements GgufValue {
    /**
     * Checks the type.
     *
     * @throws IllegalArgumentException if it is no integer type
     */
    public Int {
      if (!type.isInteger()) {
        throw new IllegalArgumentException(type + " is not a type of integers");
      }
    }
  }

  /**
   * A real number.
   *
   * @param type FLOAT32 or FLOAT64
   * @param value its value
   */
  record Real(GgufType type, double value) implements GgufValue {
    /**
     * Checks the type.
     *
     * @throws IllegalArgumentException if it is no real type
     */
    public Real {
      if (!type.isReal()) {
        throw new IllegalArgumentException(type + " is not a type of real numbers");
      }
    }
  }

  /**
   * A truth value.
   *
   * @param value true or false
   */
  record Bool(boolean value) implements GgufValue {
    @Override
    public GgufType type() {
      return GgufType.BOOL;
    }
  }

  /**
   * A string.
   *
   * @param value its characters
   */
  record Text(String value) implements GgufValue {
    @Override
    public GgufType type() {
      return GgufType.STRING;
    }
  }

  /**
   * An array, left encoded until {@link GgufMetadata} is asked for its elements: a vocabulary has many.
   *
   * @param elementType the type of all elements
   * @param count their number
   * @param bytes the elements as they stand in a file
   */
  record Array(GgufType elementType, long count, MemorySegment bytes) implements GgufValue {
    @Override
    public GgufType type() {
      return GgufType.ARRAY;
    }
  }

  /**
   * An unsigned 32-bit integer, the usual type of counts and token ids.
   *
   * @param value the number, 0 to 2^32 − 1
   * @return the value
   */
  static GgufValue uint32(long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw new IllegalArgumentException("found " + value + ", expected 0 to 2^32 - 1");
    }
    return new Int(GgufType.UINT32, value);
  }

  /**
   * A 32-bit real number, the usual type of hyper-parameters.
   *
   * @param value the number, rounded to F32
   * @return the value
   */
  static GgufValue float32(double value) {
    return new Real(GgufType.FLOAT32, (float) value);
  }

  /**
   * A string.
   *
   * @param value its characters
   * @return the value
   */
  static GgufValue text(String value) {
    return new Text(value);
  }

  /**
   * An array of strings.
   *
   * @param values the elements
   * @return the value
   */
  static GgufValue texts(Collection<String> values) {
    var bytes = new ByteArrayOutputStream();
    for (String value : values) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(littleEndian(Long.BYTES).putLong(utf8.length).array());
      bytes.writeBytes(utf8);
    }
    return new Array(GgufType.STRING, values.size(), MemorySegment.ofArray(bytes.toByteArray()));
  }

  /**
   * An array of signed 32-bit integers, the type of token kinds.
   *
   * @param values the elements
   * @return the value
   */
  static GgufValue int32s(int... values) {
    var bytes = littleEndian(Integer.BYTES * values.length);
    bytes.asIntBuffer().put(values);
    return new Array(GgufType.INT32, values.length, MemorySegment.ofArray(bytes.array()));
  }

  /**
   * An array of 32-bit real numbers, the type of token scores.
   *
   * @param values the elements
   * @return the value
   */
  static GgufValue float32s(float... values) {
    var bytes = littleEndian(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return new Array(GgufType.FLOAT32, values.length, MemorySegment.ofArray(bytes.array()));
  }

  /**
   * An array of truth values.
   *
   * @param values the elements
   * @return the value
   */
  static GgufValue truths(List<Boolean> values) {
    var bytes = new byte[values.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values.get(i) ? 1 : 0);
    }
    return new Array(GgufType.BOOL, bytes.length, MemorySegment.ofArray(bytes));
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
