package linnet.nn.lora;

import static linnet.nn.Setting.require;

import java.util.List;
import java.util.Optional;

/**
 * Layers that get adapters, where targets are named by their last steps: PEFT's {@code layers_to_transform}
 * and {@code layers_pattern}. A target that is named by its whole path is one in whatever layer it is.
 *
 * @param layers their numbers, from 0
 * @param patterns what the list of layers may be called, as regular expressions; any name where there are
 *     none
 */
public record LayerChoice(List<Integer> layers, List<String> patterns) {
  private static final String ANY_LIST = ".*?\\.[^.]*";
  private static final String NUMBER = "\\.(?P<idx>\\d+)\\.";

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
    patterns.forEach(pattern -> PythonRegex.compile(numberBehind(pattern)));
  }

  private static String numberBehind(String pattern) {
    return "(?:^|.*?\\.)" + pattern + NUMBER;
  }

  /** Whether a path lies in one of the layers. */
  boolean includes(String path) {
    return layerOf(path).filter(layers::contains).isPresent();
  }

  /**
   * The number of the layer that a path lies in, which is the first one behind a list's name.
   *
   * @throws IllegalArgumentException if a pattern takes too many steps to be matched
   */
  Optional<Integer> layerOf(String path) {
    var found = patterns.isEmpty() ? PythonRegex.lastGroup(ANY_LIST + NUMBER, path)
        : patterns.stream().flatMap(list -> PythonRegex.lastGroup(numberBehind(list), path).stream())
            .findFirst();
    return found.filter(number -> !number.isEmpty()).map(Integer::valueOf);
  }
}
