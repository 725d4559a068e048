package linnet.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options that have several names: messages use the one that was typed. */
final class OptionNames {
  private static final Pattern LONG_NAME = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");

  private OptionNames() {}

  /** The long name of an option that is on the command line, or else its usual one. */
  static String typed(OptionSpec option, List<String> args) {
    return onLine(option, args).orElse(option.longestName());
  }

  private static Optional<String> onLine(OptionSpec option, List<String> args) {
    return Stream.of(option.names()).filter(name -> name.startsWith("--"))
        .filter(name -> args.stream().anyMatch(arg -> arg.equals(name) || arg.startsWith(name + "="))).findFirst();
  }

  /** A message in which an option of several names has the one that was typed. */
  static String asTyped(String message, CommandSpec command, List<String> args) {
    return LONG_NAME.matcher(message).replaceAll(match -> {
      var option = command.optionsMap().get(match.group());
      return Matcher.quoteReplacement(Optional.ofNullable(option).flatMap(named -> onLine(named, args))
          .orElse(match.group()));
    });
  }
}
