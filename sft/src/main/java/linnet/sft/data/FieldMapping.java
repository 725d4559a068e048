package linnet.sft.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import linnet.nn.json.Json;

/**
 * Other names for fields, such as GSM8K's {@code question=prompt,answer=completion}.
 *
 * @param names from the file's name of a field to the one that is expected
 */
public record FieldMapping(SequencedMap<String, String> names) {
  /** The fields as they are named. */
  public static final FieldMapping NONE = new FieldMapping(new LinkedHashMap<>());

  private static final Set<String> KNOWN = Set.of("messages", "prompt", "completion", "system", "tools",
      "text",
      "chat_template_kwargs");

  /** Copies the names. */
  public FieldMapping {
    names = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(names));
  }

  /**
   * Parses {@code from=to} pairs.
   *
   * @throws DataException if a pair is malformed, or names no field that rows can have
   */
  public static FieldMapping parse(List<String> pairs) {
    var names = new LinkedHashMap<String, String>();
    for (var pair : pairs) {
      int equals = pair.lastIndexOf('=');
      if (equals < 1 || !KNOWN.contains(pair.substring(equals + 1))) {
        throw new DataException("found \"" + pair + "\", expected <field of the file>=<one of "
            + String.join(", ", KNOWN.stream().sorted().toList()) + ">");
      }
      var to = pair.substring(equals + 1);
      if (names.containsValue(to) || names.put(pair.substring(0, equals), to) != null) {
        throw new DataException("found a field twice in " + String.join(",", pairs)
            + ", expected each once");
      }
    }
    return new FieldMapping(names);
  }

  /**
   * The row under the expected names.
   *
   * @throws DataException if the row lacks a field that is mapped; the message names the line
   */
  public Json.Obj apply(Row row) {
    if (names.isEmpty()) {
      return row.fields();
    }
    var missing = new ArrayList<String>(names.sequencedKeySet());
    missing.removeAll(row.fields().members().keySet());
    if (!missing.isEmpty()) {
      throw new DataException(row.place() + ": has {" + String.join(", ", row.fields().members().keySet())
          + "}; the mapping expects {" + String.join(", ", names.sequencedKeySet()) + "}");
    }
    var fields = Json.object();
    row.fields().members().forEach((name, value) -> {
      if (!names.containsKey(name) && !names.containsValue(name)) {
        fields.put(name, value);
      }
    });
    names.forEach((from, to) -> fields.put(to, row.fields().members().get(from)));
    return fields.build();
  }
}
