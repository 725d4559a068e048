package linnet.nn;

import java.util.Map;

/**
 * The steps of a family's checkpoint keys, where they are not those that the records of its modules give: by
 * the components' names, as in {@code oProj} → {@code dense}. A record that has such names holds them as a
 * component, {@code Names names}.
 *
 * @param steps the step of each renamed component
 */
public record Names(Map<String, String> steps) {
  /** No component is renamed. */
  public static final Names NONE = new Names(Map.of());

  /** Copies the map. */
  public Names {
    steps = Map.copyOf(steps);
  }

  /** The step of a component, or {@code otherwise} if it is not renamed. */
  public String step(String component, String otherwise) {
    return steps.getOrDefault(component, otherwise);
  }
}
