package linnet.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import linnet.nn.json.Json;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Turns exceptions into one message and an exit code. What the user can mend is told without a stack trace; a
 * bug is told as one, with its trace, since that is what a report needs.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    var args = parsed.originalArgs();
    if (isUsersToMend(failure)) {
      tell(command, OptionNames.asTyped(message(failure), command.getCommandSpec(), args), ExitCode.BAD_INPUT, args);
      return ExitCode.BAD_INPUT;
    }
    tell(command, "this is a bug, please report it: " + failure, ExitCode.FAILED, args);
    var trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    command.getErr().print(Shown.of(trace.toString().replace(System.lineSeparator(), "\n")));
    command.getErr().flush();
    return ExitCode.FAILED;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    tell(failure.getCommandLine(), new CommandLineError(failure, List.of(args)).message(), ExitCode.BAD_INPUT,
        List.of(args));
    return ExitCode.BAD_INPUT;
  }

  /** The message: for people on standard error or, where {@code --json} was given, as the last event for machines. */
  private static void tell(CommandLine command, String message, int exitCode, List<String> args) {
    if (args.contains(Output.JSON_OPTION)) {
      Output.printEvent(command.getOut(), "error",
          Json.object().put("message", message).put("exitCode", exitCode));
    } else {
      command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + Shown.of(message));
      command.getErr().flush();
    }
  }

  /**
   * Linnet's own exceptions are for input that is not as it must be, and so is an {@code
   * IllegalArgumentException} of the libraries that meet the user's values. What tensor, autograd or a
   * foreign library refuses, Linnet itself has passed to it.
   */
  private static boolean isUsersToMend(Exception failure) {
    return isLinnets(failure.getClass().getName()) || failure instanceof IOException
        || failure instanceof UncheckedIOException
        || failure instanceof IllegalArgumentException
            && meetsUsersValues(failure.getStackTrace()[0].getClassName());
  }

  private static boolean isLinnets(String type) {
    return type.startsWith("linnet.");
  }

  private static boolean meetsUsersValues(String type) {
    return isLinnets(type) && !type.startsWith("linnet.tensor.") && !type.startsWith("linnet.autograd.");
  }

  private static String message(Exception failure) {
    var cause = failure instanceof UncheckedIOException unchecked && unchecked.getCause().toString().equals(
        unchecked.getMessage()) ? unchecked.getCause() : failure;
    return switch (cause) {
      case NoSuchFileException e -> e.getFile() + ": there is no such file";
      case FileNotFoundException e -> e.getMessage();
      case AccessDeniedException e -> e.getFile() + ": access denied";
      case FileAlreadyExistsException e -> e.getFile() + ": exists already";
      case FileSystemException e -> e.getMessage();
      default -> cause.getMessage();
    };
  }
}
