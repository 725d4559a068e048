package linnet.nn.io;

/** The types of GGUF metadata values; the ordinal is the number that stands in the file. */
public enum GgufType {
  /** Unsigned 8-bit integer. */
  UINT8(1),
  /** Signed 8-bit integer. */
  INT8(1),
  /** Unsigned 16-bit integer. */
  UINT16(2),
  /** Signed 16-bit integer. */
  INT16(2),
  /** Unsigned 32-bit integer. */
  UINT32(4),
  /** Signed 32-bit integer. */
  INT32(4),
  /** IEEE 754 binary32. */
  FLOAT32(4),
  /** A byte of 0 or 1. */
  BOOL(1),
  /** UTF-8 text after its length of 64 bits. */
  STRING(0),
  /** Element type, number of elements, elements. */
  ARRAY(0),
  /** Unsigned 64-bit integer. */
  UINT64(8),
  /** Signed 64-bit integer. */
  INT64(8),
  /** IEEE 754 binary64. */
  FLOAT64(8);

  private final int bytes;

  GgufType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one value, or 0 where they vary. */
  int bytes() {
    return bytes;
  }

  boolean isInteger() {
    return bytes > 0 && !isReal() && this != BOOL;
  }

  boolean isReal() {
    return this == FLOAT32 || this == FLOAT64;
  }
}
