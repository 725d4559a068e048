package linnet.tensor;

/**
 * The element type of a tensor: what a value means, and how many bytes its storage takes.
 *
 * <p>Block-quantised types are storage of frozen weights: those of GGUF, as ggml defines them, and those that
 * a model is quantised to when it is loaded ({@link #NF4}, {@link #INT8}), as bitsandbytes does. They are
 * read, never written by a kernel. {@link Codec} holds their definition.
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
  Q4_1(32, 20),
  /** 32 weights a block: an F16 scale d and 32 quants q of 5 bits; value = d·(q − 16). */
  Q5_0(32, 22),
  /** 32 weights a block: F16 scale d and minimum m, and 32 quants q of 5 bits; value = d·q + m. */
  Q5_1(32, 24),
  /** 32 weights a block: an F16 scale d and 32 nibbles that pick one of 16 uneven integers v; value = d·v. */
  IQ4_NL(32, 18),
  /** 256 weights a block, 16 with a scale s and a minimum m of 4 bits, quants of 2: d·s·q − e·m. */
  Q2_K(256, 84),
  /** 256 weights a block, 16 with a scale s of 6 bits, quants of 3: d·s·q. */
  Q3_K(256, 110),
  /** 256 weights a block, 32 with a scale s and a minimum m of 6 bits, quants of 4: d·s·q − e·m. */
  Q4_K(256, 144),
  /** The same with quants of 5 bits. */
  Q5_K(256, 176),
  /** 256 weights a block, 16 with a scale s of 8 bits, quants of 6: d·s·q. */
  Q6_K(256, 210),
  /**
   * QLoRA's 4-bit NormalFloat with doubly quantised scales: {@link NormalFloat}. A tensor's blocks run over
   * its elements row by row, whatever the length of a row, and the last one may be filled in part.
   */
  NF4(NormalFloat.ELEMENTS, NormalFloat.BYTES),
  /**
   * LLM.int8's weights, 64 a block: an F16 a, the largest magnitude of their row, and 64 signed bytes q;
   * value = q·a·(1/127).
   */
  INT8(64, 66);

  private final int elementsPerBlock;
  private final int bytesPerBlock;

  DType(int elementsPerBlock, int bytesPerBlock) {
    this.elementsPerBlock = elementsPerBlock;
    this.bytesPerBlock = bytesPerBlock;
  }

  /** Elements that share one block of storage: 1 for plain types. */
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
   * Bytes that a tensor of {@code elements} elements takes.
   *
   * @throws IllegalArgumentException if they do not fill whole blocks, as all types but {@link #NF4} need
   * @throws ArithmeticException if the product overflows
   */
  public long bytes(long elements) {
    return this == NF4 ? NormalFloat.bytes(elements) : offset(elements);
  }

  /**
   * The byte at which element {@code element} of a tensor begins.
   *
   * @throws IllegalArgumentException if it is not the first of a block
   * @throws ArithmeticException if the product overflows
   */
  public long offset(long element) {
    if (element % elementsPerBlock != 0) {
      throw new IllegalArgumentException(
          this + ": " + element + " elements do not fill blocks of " + elementsPerBlock);
    }
    return Math.multiplyExact(element / elementsPerBlock, (long) bytesPerBlock);
  }
}
