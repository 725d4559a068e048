package linnet.tensor;

/**
 * The element type of a tensor: what a value means, and how many bytes its storage takes.
 *
 * <p>Block-quantised types ({@link #Q8_0}, {@link #Q4_0}, {@link #Q4_1}) are storage of frozen weights, as
 * the GGUF specification defines them; they are read, never written by a kernel. {@link Codec} holds their
 * definition.
 */
public enum DType {
  /** IEEE 754 binary64. */
  F64(1, 8),
  /** IEEE 754 binary32. */
  F32(1, 4),
  /** IEEE 754 binary16. */
  F16(1, 2),
  /** bfloat16: the upper half of a binary32. */
  BF16(1, 2),
  /** Two's complement 64-bit integer. */
  I64(1, 8),
  /** Two's complement 32-bit integer. */
  I32(1, 4),
  /** Unsigned byte. */
  U8(1, 1),
  /** 32 weights a block: an F16 scale d and 32 signed bytes q; value = d·q. */
  Q8_0(32, 34),
  /** 32 weights a block: an F16 scale d and 32 nibbles q; value = d·(q − 8). */
  Q4_0(32, 18),
  /** 32 weights a block: F16 scale d and minimum m, and 32 nibbles q; value = d·q + m. */
  Q4_1(32, 20);

  private final int elementsPerBlock;
  private final int bytesPerBlock;

  DType(int elementsPerBlock, int bytesPerBlock) {
    this.elementsPerBlock = elementsPerBlock;
    this.bytesPerBlock = bytesPerBlock;
  }

  /** Elements that share one block of storage: 1 for plain types, 32 for the quantised ones. */
  public int elementsPerBlock() {
    return elementsPerBlock;
  }

  /** Bytes of one block of storage. */
  public int bytesPerBlock() {
    return bytesPerBlock;
  }

  /** Whether values are real numbers, stored plainly or in quantised blocks. */
  public boolean isFloating() {
    return this != I64 && this != I32 && this != U8;
  }

  /** Whether values are integers. */
  public boolean isInteger() {
    return !isFloating();
  }

  /** Whether storage comes in blocks of several elements. */
  public boolean isQuantized() {
    return elementsPerBlock > 1;
  }

  /**
   * Bytes that {@code elements} elements take.
   *
   * @throws IllegalArgumentException if they do not fill whole blocks
   * @throws ArithmeticException if the product overflows
   */
  public long bytes(long elements) {
    if (elements % elementsPerBlock != 0) {
      throw new IllegalArgumentException(
          this + ": " + elements + " elements do not fill blocks of " + elementsPerBlock);
    }
    return Math.multiplyExact(elements / elementsPerBlock, (long) bytesPerBlock);
  }
}
