package linnet.nn.io;

import linnet.nn.json.ErrorText;
import linnet.nn.json.JsonException;

/**
 * A model file that does not hold what its format or its own header promises; the message names file and
 * field.
 */
public class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An error at a place within a file.
   *
   * @param file the file or folder
   * @param field the header field, metadata key or tensor; empty where it is the file as a whole
   * @param problem what was found and what was expected
   */
  public ModelFormatException(Object file, String field, String problem) {
    this(field.isEmpty() ? file + ": " + problem : file + ": " + field + ": " + problem);
  }

  /**
   * An error in a part of a model that is JSON.
   *
   * @param malformed what is wrong; its message names file and field already
   */
  public ModelFormatException(JsonException malformed) {
    super(malformed.getMessage(), malformed);
  }

  /**
   * An error with its whole message.
   *
   * @param message file, field, what was found and what was expected
   */
  public ModelFormatException(String message) {
    super(ErrorText.bounded(message));
  }

  /** An error for a tensor that is not among {@code count} others. */
  static ModelFormatException noTensor(Object file, String name, int count) {
    return new ModelFormatException(file, name, "found no tensor of that name among " + count);
  }
}
