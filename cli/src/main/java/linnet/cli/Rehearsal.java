package linnet.cli;

import java.nio.file.Path;
import java.util.Locale;

/**
 * The commands that people run most, on the bundled model. The launcher has the JVM watch them once and keep
 * the classes, loaded and linked, in its ahead-of-time cache, so that later runs start faster. No result of
 * any command depends on it.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /**
   * Runs the commands.
   *
   * @param args the bundled model, and an empty folder for what the commands write
   */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    var model = args[0];
    var folder = Path.of(args[1]);
    var rows = folder.resolve("rows.jsonl").toString();
    run("--version");
    run("demo-data", "puzzles", rows, "--rows", "2000");
    for (var adapter : new String[] {"first", "again"}) { // the second finds the rows encoded
      run("train", "-m", model, "-d", rows, "-o", folder.resolve(adapter).toString(), "--max-steps", "3",
          "--map", "prompt=prompt,completion=completion", "--json");
    }
    run("generate", "-m", folder.resolve("again").toString(), "-p", "Is Ada a knight?",
        "--max-new-tokens", "16");
  }

  private static void run(String... args) {
    int code = LinnetCommand.commandLine(new Interrupt(), args).execute(args);
    if (code != ExitCode.OK) {
      System.exit(code);
    }
  }
}
