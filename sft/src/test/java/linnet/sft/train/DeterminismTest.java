package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Scanner;
import java.util.stream.Stream;
import linnet.sft.ChildJvm;
import linnet.tensor.Backends;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twenty steps of training give the same bits with every number of threads and at every vector width. */
class DeterminismTest {
  @TempDir
  private Path folder;

  @Test
  void threads() {
    var lines = TrainingDigestProgram.digests(List.of(1, 2, 3));
    for (var kind : TinyModel.values()) {
      var digests = lines.stream().filter(line -> line.startsWith(kind + " "))
          .map(line -> line.substring(line.lastIndexOf(' '))).toList();
      assertEquals(3, digests.size());
      assertEquals(1, digests.stream().distinct().count(), lines.toString());
    }
  }

  @Test
  void vectorWidths() throws Exception {
    var expected = TrainingDigestProgram.digests(List.of(1));
    for (int bits : Stream.of(0, 128, 256, 512).filter(width -> width <= widest()).toList()) {
      var file = folder.resolve(Integer.toString(bits));
      var log = folder.resolve(bits + ".log");
      int status = ChildJvm.start(TrainingDigestProgram.class, log, List.of("-Dlinnet.vector.bits=" + bits),
          List.of(file.toString())).waitFor();
      assertEquals(0, status, Files.readString(log));
      assertEquals(expected, Files.readAllLines(file), bits + " bits");
    }
  }

  /** The machine's own width; wider vectors are emulated, a thousand times slower. */
  private static int widest() {
    try (var backend = Backends.vector(1)) {
      return new Scanner(backend.description()).useDelimiter("\\D+").nextInt();
    }
  }

  @Test
  void theSeedMatters() {
    assertNotEquals(digest(7), digest(8));
  }

  private static String digest(long seed) {
    try (var run = new TinyRun(TinyModel.LORA, TinyRun.DROPOUT, 1)) {
      var like = TinyRun.settings(2, 0);
      var settings = new TrainingSettings(2, like.schedule(), 1, 40, false, seed, 0, 0);
      run.trainer(TinyRun.shuffled(), settings).run(TinyRun.START);
      return run.digest();
    }
  }
}
