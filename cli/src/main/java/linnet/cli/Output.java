package linnet.cli;

import java.io.PrintWriter;
import java.util.Locale;
import linnet.nn.json.Json;
import linnet.nn.json.ObjectBuilder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where results go: sentences for people or, with {@code --json}, one JSON object per line for machines.
 * Errors are events too then, and go to standard error otherwise (see {@link Failures}).
 */
final class Output {
  static final String JSON_OPTION = "--json";

  @Option(names = JSON_OPTION, description = "Print one JSON object per line, a summary object last.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** That of a command, which every one has under this name. */
  static Output of(CommandSpec command) {
    return (Output) command.mixins().get("output").userObject();
  }

  boolean isJson() {
    return json;
  }

  /** A line for people; what a file says in it does not steer their terminal. */
  void say(String format, Object... args) {
    sayMarked(Shown.of(String.format(Locale.US, format, args)));
  }

  /** A line for people with marks in it that steer a terminal, and nothing else that does. */
  void sayMarked(String line) {
    if (!json) {
      out().println(line);
      out().flush();
    }
  }

  /** Text for people without a line's end, shown at once. */
  void stream(String text) {
    if (!json) {
      out().print(text);
      out().flush();
    }
  }

  /** An object for machines, named by its {@code event}. */
  void event(String event, ObjectBuilder members) {
    if (json) {
      printEvent(out(), event, members);
    }
  }

  static void printEvent(PrintWriter out, String event, ObjectBuilder members) {
    out.println(Json.object().put("event", event).putAll(members.build()).build());
    out.flush();
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }
}
