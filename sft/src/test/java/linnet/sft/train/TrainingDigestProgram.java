package linnet.sft.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Trains at this process's vector width and writes one line per run: model, threads, digest of the bits. */
final class TrainingDigestProgram {
  private static final int STEPS = 20;

  private TrainingDigestProgram() {}

  public static void main(String[] args) throws IOException {
    Files.write(Path.of(args[0]), digests(List.of(1)));
  }

  /** The lines for some numbers of threads. */
  static List<String> digests(List<Integer> threads) {
    var lines = new ArrayList<String>();
    for (var kind : TinyModel.values()) {
      for (int count : threads) {
        try (var run = new TinyRun(kind, TinyRun.DROPOUT, count)) {
          run.trainer(TinyRun.shuffled(), TinyRun.settings(STEPS, 0)).run(TinyRun.START);
          lines.add(kind + " " + count + " " + run.digest());
        }
      }
    }
    return lines;
  }
}
