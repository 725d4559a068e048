package linnet.nn.lora;

import java.util.List;

/** Modules by their paths in the model: PEFT's {@code target_modules} and {@code exclude_modules}. */
public sealed interface LoraTargets {
  /** Every projection of the model; the output head is none. */
  record AllLinear() implements LoraTargets {}

  /**
   * Modules by name: {@code q_proj} is every one of that name, {@code layers.0.self_attn.q_proj} one of them.
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
        throw new IllegalArgumentException("target_modules: found an empty list, expected names or"
            + " all-linear");
      }
    }

    /** Whether a name stands for the module at a path. */
    boolean includes(String path) {
      return names.stream().anyMatch(name -> matches(name, path));
    }

    static boolean matches(String name, String path) {
      return path.equals(name) || path.endsWith("." + name);
    }
  }

  /**
   * Modules whose whole path matches a regular expression of Python's.
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
      PythonRegex.compile(regex);
    }

    /** Whether the expression matches a path. */
    boolean includes(String path) {
      return PythonRegex.matchesWhole(regex, path);
    }
  }
}
