package linnet.nn.model;

import java.util.Arrays;
import java.util.stream.Collectors;
import linnet.nn.json.JsonCursor;

/** The model families there are. */
enum Family {
  LLAMA("llama", "LlamaForCausalLM");

  private final String modelType;
  private final String architecture;

  Family(String modelType, String architecture) {
    this.modelType = modelType;
    this.architecture = architecture;
  }

  /** The {@code model_type} of its configurations. */
  String modelType() {
    return modelType;
  }

  /** What its configurations say in {@code architectures}. */
  String architecture() {
    return architecture;
  }

  static Family of(String modelType) {
    return Arrays.stream(values()).filter(f -> f.modelType.equals(modelType)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "model_type: found \"" + modelType + "\", expected a supported one: " + supported()));
  }

  /** The family that a {@code config.json} names. */
  static Family read(JsonCursor config) {
    var field = config.at("model_type");
    var name = field.asString();
    var family = Arrays.stream(values()).filter(f -> f.modelType.equals(name)).findFirst()
        .orElseThrow(() -> field.error("a supported model_type: " + supported()));
    config.opt("architectures").ifPresent(names -> {
      for (var architecture : names.elements()) {
        if (!architecture.asString().equals(family.architecture)) {
          throw architecture.error("a supported architecture: " + family.architecture);
        }
      }
    });
    return family;
  }

  private static String supported() {
    return Arrays.stream(values()).map(f -> f.modelType + " (" + f.architecture + ")")
        .collect(Collectors.joining(", "));
  }
}
