package linnet.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What is wrong with a command line, in the form of all messages: the place, what was found, what was expected, what
 * to do.
 *
 * @param failure what the parser found
 * @param args the command line
 */
record CommandLineError(ParameterException failure, List<String> args) {
  private static final Map<Class<?>, String> EXPECTED = Map.of(int.class, "a whole number", Integer.class,
      "a whole number", long.class, "a whole number", Long.class, "a whole number", double.class, "a number",
      Double.class, "a number", boolean.class, "the option alone, without a value");

  String message() {
    var unknown = unknown();
    if (unknown.isPresent()) {
      return unmatched(unknown.get());
    }
    return switch (failure) {
      case MissingParameterException missing -> missing(missing.getMissing());
      case OverwrittenOptionException twice -> typed(twice.getOverwritten()) + ": found twice, expected once";
      default -> value();
    };
  }

  /** What belongs to nothing; where something is missing as well, it is most likely that, mistyped. */
  private Optional<String> unknown() {
    if (failure.getArgSpec() == null && failure.getValue() != null) {
      return Optional.of(failure.getValue()); // of linnet help
    }
    var left = failure instanceof UnmatchedArgumentException unmatched
        ? unmatched.getUnmatched() : command().getUnmatchedArguments();
    return left.stream().findFirst();
  }

  private String unmatched(String found) {
    var name = command().getCommandSpec().qualifiedName();
    if (found.startsWith("-")) {
      var options = command().getCommandSpec().options().stream().filter(option -> !option.hidden())
          .flatMap(option -> Stream.of(option.names())).filter(option -> option.startsWith("--")).toList();
      return found + ": found an option that " + name + " does not have" + similar(found.split("=", 2)[0], options)
          + name + " --help lists those that it has";
    }
    var commands = command().getSubcommands().keySet();
    return "found \"" + found + "\", expected " + (commands.isEmpty()
        ? "an option or nothing more; text with spaces stands in quotes, and " + name + " --help tells the rest"
        : "a command" + similar(found, commands) + name + " --help lists those there are");
  }

  private static String similar(String found, Collection<String> names) {
    return Similar.to(found, names).map(name -> "; did you mean " + name + "? ").orElse("; ");
  }

  private String missing(List<ArgSpec> missing) {
    var withoutValue = missing.stream().filter(this::isTyped).findFirst();
    if (withoutValue.isPresent()) {
      int next = lastIndexOf(withoutValue.get()) + 1;
      return typed(withoutValue.get()) + ": found " + (next < args.size() ? args.get(next) + " in place of its value"
          : "no value") + ", expected " + expected(withoutValue.get());
    }
    var name = command().getCommandSpec().qualifiedName();
    return missing.stream().map(this::typed).collect(Collectors.joining(", ")) + ": not given, expected " + name + " "
        + command().getCommandSpec().args().stream().filter(ArgSpec::required).map(CommandLineError::written)
        .collect(Collectors.joining(" ")) + "; " + name + " --help tells more";
  }

  private String value() {
    var arg = failure.getArgSpec();
    if (arg != null && failure.getValue() != null) {
      return typed(arg) + ": found \"" + failure.getValue() + "\", expected " + expected(arg);
    }
    var commands = command().getSubcommands().keySet();
    return commands.isEmpty() ? failure.getMessage()
        : "found no command, expected one of " + String.join(", ", commands);
  }

  private static String expected(ArgSpec arg) {
    if (Map.class.isAssignableFrom(arg.type())) {
      return arg.paramLabel() + ", where " + arg.paramLabel().split("=")[1] + " is "
          + EXPECTED.get(arg.auxiliaryTypes()[1]);
    }
    var type = Collection.class.isAssignableFrom(arg.type()) ? arg.auxiliaryTypes()[0] : arg.type();
    return type.isEnum() ? "one of " + Arrays.stream(type.getEnumConstants()).map(Object::toString)
        .collect(Collectors.joining(", ")) : EXPECTED.getOrDefault(type, arg.paramLabel());
  }

  /** As it is to be written. */
  private static String written(ArgSpec arg) {
    return arg instanceof OptionSpec option ? option.longestName() + " " + arg.paramLabel() : arg.paramLabel();
  }

  /** The name that the user gave it, or the one that is shown. */
  private String typed(ArgSpec arg) {
    return arg instanceof OptionSpec option ? OptionNames.typed(option, args) : arg.paramLabel();
  }

  private boolean isTyped(ArgSpec arg) {
    return lastIndexOf(arg) >= 0;
  }

  private int lastIndexOf(ArgSpec arg) {
    return arg instanceof OptionSpec option
        ? Stream.of(option.names()).mapToInt(args::lastIndexOf).max().orElse(-1) : -1;
  }

  private CommandLine command() {
    return failure.getCommandLine();
  }
}
