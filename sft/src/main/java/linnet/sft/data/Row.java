package linnet.sft.data;

import linnet.nn.json.Json;

/**
 * A row of a file before anyone asks what it means.
 *
 * @param source the file
 * @param line where the row begins, counted from 1
 * @param fields its fields; of a CSV file all are texts
 */
public record Row(String source, long line, Json.Obj fields) {
  /** {@code file:line}, as errors name it. */
  public String place() {
    return source + ":" + line;
  }
}
