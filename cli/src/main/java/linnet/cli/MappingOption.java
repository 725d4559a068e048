package linnet.cli;

import java.util.List;
import linnet.sft.data.DataException;
import linnet.sft.data.FieldMapping;
import picocli.CommandLine.Option;

/** What the fields of rows are called. */
final class MappingOption {
  @Option(names = "--map", split = ",", paramLabel = "FIELD=NAME",
      description = "Other names of fields: --map question=prompt,answer=completion")
  private List<String> mapping = List.of();

  boolean isGiven() {
    return !mapping.isEmpty();
  }

  /** The mapping, or what is wrong with it. */
  FieldMapping fields() {
    try {
      return FieldMapping.parse(mapping);
    } catch (DataException malformed) {
      throw new UserException("--map: " + malformed.getMessage());
    }
  }
}
