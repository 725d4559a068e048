package linnet.cli;

import java.nio.file.Path;
import linnet.sft.train.RunFolder;
import linnet.tensor.Scope;
import picocli.CommandLine.Option;

/** Whether a run begins or goes on. */
final class ResumeOptions {
  @Option(names = "--resume",
      description = "Continue the run in --output from its last checkpoint, to the same bits.")
  private boolean resume;

  /** Refuses, before any work is done, a folder that a run cannot begin or go on in. */
  void check(Path folder) {
    var run = new RunFolder(folder);
    if (resume) {
      run.prepareToResume();
    } else {
      run.requireFresh();
    }
  }

  TrainingSession.Outcome run(TrainingSession session, Scope training) {
    return resume ? session.resume(training) : session.run(training);
  }
}
