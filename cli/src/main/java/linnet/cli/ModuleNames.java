package linnet.cli;

import java.util.List;
import linnet.nn.lora.LoraTargets;

/** Modules as a command line names them. */
final class ModuleNames {
  /** What no name has: a value with one of these is an expression. */
  private static final String EXPRESSION = ".*[\\\\*+?()\\[\\]{}|^$].*";

  private ModuleNames() {}

  /**
   * Names, a regular expression or all-linear.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static LoraTargets parse(String value) {
    if (value.equals("all-linear")) {
      return new LoraTargets.AllLinear();
    }
    return value.matches(EXPRESSION)
        ? new LoraTargets.Matching(value)
        : new LoraTargets.Names(List.of(value.split(",")).stream().filter(name -> !name.isBlank()).toList());
  }
}
