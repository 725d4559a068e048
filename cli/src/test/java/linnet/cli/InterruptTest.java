package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ctrl-C in a process of its own: what was trained is saved, and resuming ends with the bits of a whole run.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals are sent with kill")
class InterruptTest {
  private static final int STEPS = 60;
  private static final long LONG = 1L << 60;
  /**
   * What a JVM ends with on a termination signal; an interrupt would be ignored where a shell runs tests
   * apart.
   */
  private static final int TERMINATED = 143;

  @TempDir
  private Path folder;

  @Test
  void savesAndResumesToTheSameBits() throws IOException, InterruptedException {
    var tiny = TinyModel.in(folder);
    var process = start(arguments(tiny, STEPS, "stopped"));
    var events = new ArrayList<String>();
    try (var output = process.inputReader()) {
      readUntil("step", output, events);
      terminate(process);
      readUntil("summary", output, events);
    }
    assertEquals(TERMINATED, process.waitFor());

    var summary = Cli.event(events.getLast());
    assertTrue(summary.at("interrupted").asBoolean());
    int done = summary.at("steps").asInt();
    assertTrue(done >= 1 && done < STEPS, "stopped after " + done);
    var stopped = folder.resolve("stopped");
    assertTrue(Files.exists(stopped.resolve("adapter_model.safetensors")), "the adapter so far");
    assertTrue(Files.exists(stopped.resolve("checkpoint-" + done + "/training_state.safetensors")));

    var resumed = arguments(tiny, STEPS, "stopped");
    resumed.add("--resume");
    assertEquals(done, Cli.ok(resumed.toArray()).named("resume").getFirst().at("step").asInt());
    Cli.ok(arguments(tiny, STEPS, "whole").toArray());
    assertEquals(-1, Files.mismatch(stopped.resolve("adapter_model.safetensors"),
        folder.resolve("whole/adapter_model.safetensors")));
  }

  /** What could not be saved is told as without a signal, and the exit code says so. */
  @Test
  void aSaveThatFailsIsTold() throws IOException, InterruptedException {
    var process = start(arguments(TinyModel.in(folder), LONG, "taken"));
    var events = new ArrayList<String>();
    try (var output = process.inputReader(); var errors = process.errorReader()) {
      readUntil("step", output, events);
      var taken = Files.writeString(folder.resolve("taken"), "a file where the run will save");
      terminate(process);
      readUntil("error", output, events);
      var message = Cli.event(events.getLast()).at("message").asString();
      assertTrue(message.startsWith(taken.toString()), message);
      var told = errors.readAllAsString();
      assertFalse(told.contains("linnet train"), told); // it is an event, and told once
    }
    assertEquals(ExitCode.BAD_INPUT, process.waitFor());
  }

  /** A command that has nothing to save ends at once, without a word. */
  @Test
  void whatCannotBeStoppedInOrderEndsAtOnce() throws IOException, InterruptedException {
    var process = start(List.of("chat", "-m", TinyModel.in(folder).folder().toString(), "--json"));
    try (var output = process.inputReader(); var errors = process.errorReader()) {
      readUntil("start", output, new ArrayList<>());
      terminate(process);
      assertEquals(TERMINATED, process.waitFor());
      assertEquals("", output.readAllAsString());
    }
  }

  private static Process start(List<String> arguments) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var command = new ArrayList<>(List.of(java, "--add-modules", "jdk.incubator.vector",
        "-cp", System.getProperty("jdk.module.path"), "linnet.cli.Main")); // as the launcher does
    command.addAll(arguments);
    return new ProcessBuilder(command).start();
  }

  private static void terminate(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start().waitFor();
  }

  private List<String> arguments(TinyModel tiny, long steps, String out) {
    return new ArrayList<>(List.of("train", "-m", tiny.folder().toString(), "-d", tiny.rows().toString(),
        "-o",
        folder.resolve(out).toString(), "--batch-size", "2", "--max-steps", Long.toString(steps),
        "--lora-dropout", "0.1", "--json"));
  }

  private static void readUntil(String event, BufferedReader output, List<String> events) throws IOException {
    do {
      var line = output.readLine();
      assertTrue(line != null, () -> "no event " + event + " in " + events);
      events.add(line);
    } while (!Cli.event(events.getLast()).at("event").asString().equals(event));
  }
}
