package linnet.nn.lora;

import java.util.Arrays;
import java.util.Optional;
import linnet.nn.json.Json;

/** How new adapters begin: PEFT's {@code init_lora_weights}. */
public enum LoraInit {
  /** A uniform in ±1/√K and B zero: the model computes what it did. */
  DEFAULT(Json.of(true)),
  /** A normal with deviation 1/R and B zero. */
  GAUSSIAN(Json.of("gaussian")),
  /**
   * A and B from the R largest singular values of the weight, which become what is left of it (Meng et al.,
   * "PiSSA", 2024): the model computes what it did, and the base weight is another.
   */
  PISSA(Json.of("pissa")),
  /** A uniform in ±1/√K and B uniform in ±1/√R: the model computes something else at once. */
  NONE(Json.of(false));

  private final Json json;

  LoraInit(Json json) {
    this.json = json;
  }

  /** The value in {@code adapter_config.json}. */
  Json json() {
    return json;
  }

  static Optional<LoraInit> of(Json value) {
    return Arrays.stream(values()).filter(init -> init.json.equals(value)).findFirst();
  }
}
