package linnet.cli;

import linnet.nn.quant.Quantization;
import picocli.CommandLine.Option;

/** What the projections of a model are quantised to when it is loaded. */
final class QuantizeOption {
  /** What users write. */
  enum Kind {
    nf4(Quantization.NF4), int8(Quantization.INT8);

    private final Quantization quantization;

    Kind(Quantization quantization) {
      this.quantization = quantization;
    }
  }

  @Option(names = "--quantize", paramLabel = "KIND",
      description = "Load the projections' weights as ${COMPLETION-CANDIDATES}: a quarter or a half of BF16's"
          + " memory, as QLoRA and bitsandbytes' 8 bits have it (default: as they are stored).")
  private Kind kind;

  Quantization quantization() {
    return kind == null ? Quantization.NONE : kind.quantization;
  }
}
