package linnet.nn.model;

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
   * Reads the content of a {@code config.json} of this family.
   *
   * @throws linnet.nn.json.JsonException if it is malformed or asks for something that is not supported
   */
  ModelConfig read(JsonCursor json);
}
