package linnet.nn.lora;

import static linnet.nn.Setting.require;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

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
   * @throws PatternSyntaxException if a pattern is malformed, or leaves no place for the number
   */
  public LayerChoice {
    layers = List.copyOf(layers);
    patterns = List.copyOf(patterns);
    require(!layers.isEmpty(), "layers_to_transform", layers.size(), "at least one number");
    layers.forEach(layer -> require(layer >= 0, "layers_to_transform", layer, "numbers of at least 0"));
    patterns.forEach(LayerChoice::requireNumberBehind);
  }

  /** An expression can make a comment of what follows it. */
  private static void requireNumberBehind(String pattern) {
    int groups = PythonRegex.compile(pattern).matcher("").groupCount();
    if (PythonRegex.compile(numberBehind(pattern)).matcher("").groupCount() != groups + 1) {
      throw new PatternSyntaxException("the layer's number cannot follow it", pattern, -1);
    }
  }

  private static String numberBehind(String pattern) {
    return "(?:^|.*?\\.)" + pattern + NUMBER;
  }

  /**
   * Requires that every layer has a module among those that get adapters.
   *
   * @param targets the modules that would get one in any layer
   * @throws IllegalArgumentException if not; the message says which layers there are
   */
  void requireAll(Collection<String> adapted, Collection<String> targets) {
    var found = found(adapted);
    requireNone(layers.stream().filter(layer -> !found.contains(layer)).toList(), found(targets));
  }

  /**
   * Requires that one of the layers has a module among these.
   *
   * @throws IllegalArgumentException if none has; the message says which layers there are
   */
  void requireSome(Collection<String> paths) {
    var found = found(paths);
    requireNone(layers.stream().anyMatch(found::contains) ? List.of() : layers, found);
  }

  private SortedSet<Integer> found(Collection<String> paths) {
    return paths.stream().flatMap(path -> layerOf(path).stream()).collect(Collectors.toCollection(TreeSet::new));
  }

  private void requireNone(List<Integer> unused, SortedSet<Integer> found) {
    if (found.isEmpty()) {
      throw new IllegalArgumentException(patterns.isEmpty()
          ? "layers_to_transform: found " + layers + ", but no module of target_modules lies in a layer; name others"
          : "layers_pattern: found " + String.join(", ", patterns) + ", which is no list of layers with modules of"
              + " target_modules; expected its name");
    }
    boolean whole = found.last() - found.first() == found.size() - 1;
    AdapterPlaces.requireNone("layers_to_transform", unused.stream().map(String::valueOf).toList(), whole
        ? List.of(found.first() + " to " + found.last()) : found.stream().map(String::valueOf).toList());
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
