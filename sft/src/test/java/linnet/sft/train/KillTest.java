package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import linnet.sft.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process killed without warning loses at most the steps since its last checkpoint. */
class KillTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir
  private Path folder;

  @Test
  void killedAndResumed() throws Exception {
    var run = new RunFolder(folder.resolve("run"));
    var log = folder.resolve("log");
    var process = ChildJvm.start(KillProgram.class, log, List.of(), List.of(run.path().toString()));
    try {
      assertTimeoutPreemptively(PATIENCE, () -> {
        while (!Files.exists(run.path().resolve("checkpoint-6"))) {
          assertTrue(process.isAlive(), () -> "ended by itself; see " + log);
          Thread.sleep(5);
        }
      });
    } finally {
      process.destroyForcibly().waitFor();
    }
    String expected = digest(TinyRun.START, null);
    var state = run.latestState().orElseThrow();
    assertEquals(expected, digest(TinyRun.START, state));
  }

  /** The bits after all steps, from the beginning or from a state. */
  private static String digest(TrainingProgress start, Path state) {
    try (var run = new TinyRun(TinyModel.LORA, TinyRun.DROPOUT, 1)) {
      var progress = state == null ? start : TrainingStateFile.restore(state, run.optimizer(), start);
      assertTrue(progress.step() < KillProgram.STEPS, "it was killed before its end");
      run.trainer(TinyRun.shuffled(), TinyRun.settings(KillProgram.STEPS, 0)).run(progress);
      return run.digest();
    }
  }
}
