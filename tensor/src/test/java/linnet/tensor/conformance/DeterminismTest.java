package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same bits at every vector width, with every number of threads: one process for each width. */
class DeterminismTest {
  private static final List<Integer> WIDTHS = List.of(0, 128, 256, 512);
  private static final int NATIVE = VectorShape.preferredShape().vectorBitSize();
  private static final int MICRO = 1000;

  @TempDir
  private Path folder;

  @Test
  void nativeWidthsAndThreadsGiveTheSameBits() throws Exception {
    compare(WIDTHS.stream().filter(bits -> bits <= NATIVE).toList(), 1);
  }

  @Test
  void emulatedWidthsGiveTheSameBitsToo() throws Exception {
    var emulated = WIDTHS.stream().filter(bits -> bits == 0 || bits > NATIVE).toList();
    assumeTrue(emulated.size() > 1, "this machine has vectors of all widths");
    compare(emulated, MICRO);
  }

  private void compare(List<Integer> widths, int scale) throws Exception {
    Map<String, String> expected = null;
    for (int bits : widths) {
      for (int threads = 1; threads <= 3; threads++) {
        var digests = digests(bits, scale, threads);
        assertTrue(digests.size() > 50, "the workload has results");
        if (expected == null) {
          expected = digests;
        }
        assertEquals(expected, digests, bits + " bits, " + threads + " threads, against scalar and 1 thread");
      }
    }
  }

  private Map<String, String> digests(int bits, int scale, int threads)
      throws IOException, InterruptedException {
    var file = folder.resolve(scale + "-" + bits);
    if (!Files.exists(file)) {
      run(bits, scale, file);
    }
    var digests = new LinkedHashMap<String, String>();
    for (var line : Files.readAllLines(file)) {
      var fields = line.split("\t");
      if (fields[0].equals(Integer.toString(threads))) {
        digests.put(fields[1], fields[2]);
      }
    }
    return digests;
  }

  private static void run(int bits, int scale, Path file) throws IOException, InterruptedException {
    var child = ChildJvm.run(DigestProgram.class,
        List.of("--add-modules", "jdk.incubator.vector", "-Dlinnet.vector.bits=" + bits),
        List.of(file.toString(), Integer.toString(scale)));
    assertEquals(0, child.status(), () -> bits + " bits: " + child.log());
  }
}
