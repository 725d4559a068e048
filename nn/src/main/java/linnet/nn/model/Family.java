package linnet.nn.model;

import java.util.Map;
import linnet.nn.json.JsonCursor;

/**
 * A family of models: how its {@code config.json} and the names of its checkpoints say what a decoder is made
 * of.
 */
interface Family {
  /** The {@code model_type} of its configurations. */
  String modelType();

  /** What its configurations say in {@code architectures}. */
  String architecture();

  /**
   * What its configurations mean where they lack a field; a field that is null is another matter.
   *
   * @return values by the names of fields
   */
  default Map<String, Integer> defaults() {
    return Map.of();
  }

  /**
   * Reads the content of a {@code config.json} of this family, with the {@linkplain #defaults defaults}.
   *
   * @throws linnet.nn.json.JsonException if it is malformed or asks for something that is not supported
   */
  ModelConfig read(JsonCursor json);
}
