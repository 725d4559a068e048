package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** The command as a user calls it, in this process. */
final class Cli {
  /**
   * What a call did.
   *
   * @param exitCode of the process that it would have been
   * @param out standard output
   * @param err standard error
   */
  record Call(int exitCode, String out, String err) {
    /** The JSON objects on standard output: every line must be one. */
    List<JsonCursor> events() {
      return out.lines().map(Cli::event).toList();
    }

    /** What a refused call says: to machines as its last event and nowhere else, to people in one line. */
    String refusal() {
      assertEquals(ExitCode.BAD_INPUT, exitCode, err);
      if (err.isEmpty()) {
        assertEquals("error", events().getLast().at("event").asString());
        return events().getLast().at("message").asString();
      }
      assertEquals(1, err.lines().count(), err);
      return err;
    }

    /** The last object, which must be the only summary. */
    JsonCursor summary() {
      assertEquals(0, exitCode, err);
      assertEquals(List.of("summary"), List.of(events().getLast().at("event").asString()));
      assertEquals(1, named("summary").size());
      return events().getLast();
    }

    List<JsonCursor> named(String event) {
      return events().stream().filter(object -> object.at("event").asString().equals(event)).toList();
    }
  }

  private Cli() {}

  static Call run(Object... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var texts = List.of(args).stream().map(Object::toString).toArray(String[]::new);
    int code = LinnetCommand.commandLine(new Interrupt(), texts).setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err)).execute(texts);
    return new Call(code, out.toString(), err.toString());
  }

  /** Runs what prepares a test and must not fail. */
  static Call ok(Object... args) {
    var call = run(args);
    assertEquals(0, call.exitCode(), call.err());
    return call;
  }

  static JsonCursor event(String line) {
    return JsonCursor.of(Json.parse(line, "standard output"), "standard output");
  }
}
