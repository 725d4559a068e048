package linnet.cli;

import java.util.Optional;
import linnet.nn.model.CausalLm;
import linnet.tensor.DType;

/** What weights become in a Hugging Face folder. */
enum FloatType {
  f32(DType.F32), f16(DType.F16), bf16(DType.BF16);

  private final DType dtype;

  FloatType(DType dtype) {
    this.dtype = dtype;
  }

  DType dtype() {
    return dtype;
  }

  /** The type that was asked for; else the model's own, or BF16 where that is no type of such a folder. */
  static DType orOwn(Optional<FloatType> asked, CausalLm model) {
    if (asked.isPresent()) {
      return asked.get().dtype;
    }
    var own = Banner.weightType(model);
    return own == DType.F32 || own == DType.F16 ? own : DType.BF16;
  }
}
