package linnet.nn.lora;

import static linnet.nn.Setting.require;

import java.util.List;

/**
 * Layers that get adapters, where targets are named by their last steps: PEFT's {@code layers_to_transform}
 * and {@code layers_pattern}. A target that is named by its whole path is one in whatever layer it is.
 *
 * @param layers their numbers, from 0
 * @param patterns what the list of layers may be called, as regular expressions; any name where there are
 *     none
 */
public record LayerChoice(List<Integer> layers, List<String> patterns) {
  private static final String ANY_LIST = ".*?\\.[^.]*\\.";

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there are no layers, or a number is negative
   * @throws java.util.regex.PatternSyntaxException if a pattern is malformed
   */
  public LayerChoice {
    layers = List.copyOf(layers);
    patterns = List.copyOf(patterns);
    require(!layers.isEmpty(), "layers", layers.size(), "at least one number");
    layers.forEach(layer -> require(layer >= 0, "layers", layer, "numbers of at least 0"));
    patterns.forEach(PythonRegex::compile);
  }

  /** Whether a path lies in one of the layers; the first number behind a list's name counts. */
  boolean includes(String path) {
    for (var list : patterns.isEmpty() ? List.of(ANY_LIST) : patterns) {
      var prefix = patterns.isEmpty() ? list : "(?:^|.*?\\.)" + list + "\\.";
      var matcher = PythonRegex.compile(prefix + "(?P<idx>\\d+)\\.").matcher(path);
      if (matcher.lookingAt()) {
        return layers.stream().anyMatch(layer -> matcher.group("g0").equals(layer.toString()));
      }
    }
    return false;
  }
}
