package linnet.nn.lora;

import java.util.List;
import java.util.regex.Pattern;

/** Which projections carry an adapter, by their paths in the model: PEFT's {@code target_modules}. */
public sealed interface LoraTargets {
  /** Whether the projection at a path is one. */
  boolean includes(String path);

  /** Every projection of the model; the output head is none. */
  record AllLinear() implements LoraTargets {
    @Override
    public boolean includes(String path) {
      return true;
    }
  }

  /**
   * Projections by name: {@code q_proj} is every one of that name, {@code layers.0.self_attn.q_proj} one of
   * them.
   *
   * @param names whole paths or their last steps
   */
  record Names(List<String> names) implements LoraTargets {
    /**
     * Copies the names.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Names {
      names = List.copyOf(names);
      if (names.isEmpty()) {
        throw new IllegalArgumentException("target modules: found an empty list, expected names or"
            + " all-linear");
      }
    }

    @Override
    public boolean includes(String path) {
      return names.stream().anyMatch(name -> matches(name, path));
    }

    static boolean matches(String name, String path) {
      return path.equals(name) || path.endsWith("." + name);
    }
  }

  /**
   * Projections whose whole path matches a regular expression.
   *
   * @param regex the expression
   */
  record Matching(String regex) implements LoraTargets {
    /**
     * Checks the expression.
     *
     * @throws java.util.regex.PatternSyntaxException if it is malformed
     */
    public Matching {
      Pattern.compile(regex);
    }

    @Override
    public boolean includes(String path) {
      return Pattern.matches(regex, path);
    }
  }
}
