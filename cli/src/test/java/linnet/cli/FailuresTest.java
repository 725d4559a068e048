package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.Callable;
import linnet.nn.generate.SamplingConfig;
import linnet.sft.data.DataException;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Which failures are the user's to mend and which are bugs. */
class FailuresTest {
  @Command(name = "failing")
  private record Failing(Callable<Object> body) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      body.call();
      return ExitCode.OK;
    }
  }

  private static Cli.Call failing(Callable<Object> body) {
    var err = new StringWriter();
    int code = new CommandLine(new Failing(body)).setErr(new PrintWriter(err))
        .setExecutionExceptionHandler(new Failures()).execute();
    return new Cli.Call(code, "", err.toString());
  }

  private static void assertUsers(String message, Callable<Object> body) {
    var call = failing(body);
    assertEquals(ExitCode.BAD_INPUT, call.exitCode(), call.err());
    assertEquals("failing: " + message, call.err().strip());
  }

  private static void assertBug(Callable<Object> body) {
    var call = failing(body);
    assertEquals(ExitCode.FAILED, call.exitCode(), call.err());
    assertTrue(call.err().contains("this is a bug, please report it") && call.err().contains("\tat "),
        call.err());
  }

  @Test
  void noMessageSteersTheTerminal() {
    assertUsers("a\\x1b[2Jb\\x9b\n\tc\\u202ed", () -> {
      throw new DataException("a\u001b[2Jb\u009b\n\tc\u202ed");
    });
    var bug = failing(() -> {
      throw new IllegalStateException("\u001b[2J");
    });
    assertTrue(bug.err().contains("\\x1b[2J") && !bug.err().contains("\u001b"), bug.err());
  }

  @Test
  void whatLibrariesRefuseOfTheUsersIsToldInOneLine() {
    assertUsers("new tokens, at most: found 0, expected a whole number of at least 1",
        () -> SamplingConfig.greedy(0, Set.of()));
    assertUsers("t.jsonl:1: no", () -> {
      throw new DataException("t.jsonl:1: no");
    });
    assertUsers("x: there is no such file", () -> {
      throw new UncheckedIOException(new NoSuchFileException("x"));
    });
  }

  @Test
  void whatLinnetPassedOnWrongIsABug() {
    assertBug(() -> Shape.of(-1));
    assertBug(() -> new ArrayList<>(-1));
    assertBug(() -> Set.of(1, 1));
    assertBug(() -> {
      throw new IllegalStateException("lost");
    });
  }
}
