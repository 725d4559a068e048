package linnet.nn.convert;

import linnet.nn.io.TensorSpec;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/**
 * Which element type a tensor gets in a GGUF file whose weights are to be of one type, as llama.cpp's
 * converter has it: vectors, norms and learned positions are F32 whatever the others are; rows that do not
 * fill blocks are F16. In a Q4_0 file embedding and head are Q8_0, since they lose most by four bits.
 *
 * @param dtype F32, F16, BF16, Q8_0 or Q4_0
 */
record GgufTypes(DType dtype) {
  private static final String NORM = "_norm.weight";
  private static final String POSITIONS = "position_embd.weight";
  private static final String EMBEDDING = "token_embd.weight";
  private static final String HEAD = "output.weight";

  GgufTypes {
    switch (dtype) {
      case F32, F16, BF16, Q8_0, Q4_0 -> { }
      default -> throw new IllegalArgumentException("found the type " + dtype
          + ", expected F32, F16, BF16, Q8_0 or Q4_0");
    }
  }

  /** The type of a tensor of GGUF's name; integers keep theirs. */
  DType of(String name, DType stored, Shape shape) {
    if (stored.isInteger()) {
      return stored;
    }
    if (shape.rank() < 2 || name.endsWith(NORM) || name.equals(POSITIONS)) {
      return DType.F32;
    }
    var wanted = dtype == DType.Q4_0 && (name.equals(EMBEDDING) || name.equals(HEAD)) ? DType.Q8_0 : dtype;
    return fills(wanted, shape) ? wanted : DType.F16;
  }

  /** Whether a tensor is F16 because its rows do not fill blocks. */
  boolean fallsBack(TensorSpec written) {
    return dtype.isQuantized() && written.dtype() == DType.F16;
  }

  private static boolean fills(DType type, Shape shape) {
    return shape.size(shape.rank() - 1) % type.elementsPerBlock() == 0;
  }

  /** ggml's {@code enum llama_ftype}: what most tensors are. */
  int fileType() {
    return switch (dtype) {
      case F16 -> 1;
      case Q4_0 -> 2;
      case Q8_0 -> 7;
      case BF16 -> 32;
      default -> 0;
    };
  }
}
