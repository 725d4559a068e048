package linnet.nn.io;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import linnet.tensor.DType;

/** The numbers that tensor types have in GGUF files (ggml's {@code enum ggml_type}). */
enum GgufTensorTypes {
  F32(0, DType.F32), F16(1, DType.F16), Q4_0(2, DType.Q4_0), Q4_1(3, DType.Q4_1), Q5_0(6, DType.Q5_0),
  Q5_1(7, DType.Q5_1), Q8_0(8, DType.Q8_0), Q2_K(10, DType.Q2_K), Q3_K(11, DType.Q3_K), Q4_K(12, DType.Q4_K),
  Q5_K(13, DType.Q5_K), Q6_K(14, DType.Q6_K), IQ4_NL(20, DType.IQ4_NL), I32(26, DType.I32),
  I64(27, DType.I64), F64(28, DType.F64), BF16(30, DType.BF16);

  /** Types that exist but are not read, so that an error can call them by name. */
  private static final Map<Integer, String> OTHERS = Map.ofEntries(
      Map.entry(9, "Q8_1"), Map.entry(15, "Q8_K"), Map.entry(16, "IQ2_XXS"), Map.entry(17, "IQ2_XS"),
      Map.entry(18, "IQ3_XXS"), Map.entry(19, "IQ1_S"), Map.entry(21, "IQ3_S"), Map.entry(22, "IQ2_S"),
      Map.entry(23, "IQ4_XS"), Map.entry(24, "I8"), Map.entry(25, "I16"), Map.entry(29, "IQ1_M"),
      Map.entry(34, "TQ1_0"), Map.entry(35, "TQ2_0"), Map.entry(39, "MXFP4"), Map.entry(40, "NVFP4"));

  private final int id;
  private final DType dtype;

  GgufTensorTypes(int id, DType dtype) {
    this.id = id;
    this.dtype = dtype;
  }

  int id() {
    return id;
  }

  DType dtype() {
    return dtype;
  }

  static GgufTensorTypes numbered(int id, Object file, String tensor) {
    for (var type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    String name = OTHERS.getOrDefault(id, "number " + Integer.toUnsignedString(id));
    var supported = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    throw new ModelFormatException(file, tensor, "found the tensor type " + name + ", expected one of "
        + supported + "; use a file quantised to one of these");
  }

  /**
   * The type of a tensor in the file.
   *
   * @throws IllegalArgumentException if GGUF has none for its element type
   */
  static GgufTensorTypes of(TensorSpec spec) {
    return Arrays.stream(values()).filter(type -> type.dtype == spec.dtype()).findFirst().orElseThrow(
        () -> new IllegalArgumentException(spec.name() + ": GGUF holds no " + spec.dtype()));
  }
}
