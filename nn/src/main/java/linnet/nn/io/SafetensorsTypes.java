package linnet.nn.io;

import java.util.Arrays;
import java.util.stream.Collectors;
import linnet.tensor.DType;

/**
 * The names of element types in safetensors headers, in the order in which the format's own writer sorts them
 * (the reverse of this one). {@code BOOL}, a byte of 0 or 1, is read as {@link DType#U8}.
 */
enum SafetensorsTypes {
  BOOL(DType.U8), U8(DType.U8), F16(DType.F16), BF16(DType.BF16), I32(DType.I32), F32(DType.F32),
  F64(DType.F64), I64(DType.I64);

  private final DType dtype;

  SafetensorsTypes(DType dtype) {
    this.dtype = dtype;
  }

  DType dtype() {
    return dtype;
  }

  static SafetensorsTypes named(String name, Object file, String field) {
    for (var type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    var supported = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    throw new ModelFormatException(file, field, "found the element type " + name
        + ", expected one of " + supported + "; take the model in one of these types");
  }

  static SafetensorsTypes of(TensorSpec spec) {
    return switch (spec.dtype()) {
      case U8 -> U8;
      case F16 -> F16;
      case BF16 -> BF16;
      case I32 -> I32;
      case F32 -> F32;
      case F64 -> F64;
      case I64 -> I64;
      default -> throw new IllegalArgumentException(
          spec.name() + ": safetensors holds no " + spec.dtype() + "; convert it to BF16, F16 or F32");
    };
  }
}
