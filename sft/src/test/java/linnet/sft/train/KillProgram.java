package linnet.sft.train;

import java.nio.file.Path;

/** Trains slowly, with a checkpoint after every step, until somebody kills it. The argument is its folder. */
final class KillProgram {
  static final int STEPS = 40;
  private static final long PAUSE_MILLIS = 20;

  private KillProgram() {}

  public static void main(String[] args) {
    var folder = new RunFolder(Path.of(args[0]));
    try (var run = new TinyRun(TinyModel.LORA, TinyRun.DROPOUT, 2)) {
      run.trainer(TinyRun.shuffled(), TinyRun.settings(STEPS, 1), event -> pause(),
          progress -> folder.save(progress, run.optimizer(), more -> { })).run(TinyRun.START);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
