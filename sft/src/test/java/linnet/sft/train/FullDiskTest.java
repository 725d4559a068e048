package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint that does not fit on the disk leaves the earlier one, and nothing half-written. */
class FullDiskTest {
  @TempDir
  private Path folder;

  @Test
  void theEarlierCheckpointStays() throws Exception {
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      var probe = folder.resolve("probe.safetensors");
      TrainingStateFile.write(probe, TinyRun.START, run.optimizer());
      var disk = Files.createDirectory(folder.resolve("disk"));
      var size = "size=" + Files.size(probe) * 3 / 2;
      assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", size, "tmpfs", disk.toString()),
          "needs the right to mount a small disk");
      try {
        fill(new RunFolder(disk), run);
      } finally {
        assertTrue(succeeds("umount", disk.toString()));
      }
    }
  }

  private static void fill(RunFolder to, TinyRun run) throws IOException {
    var first = to.save(TinyRun.START, run.optimizer(), more -> { });
    var state = to.latestState().orElseThrow();
    var bytes = Files.readAllBytes(state);
    var next = TinyRun.START.after(TinyRun.START.position());
    var failed = assertThrows(UncheckedIOException.class, () -> to.save(next, run.optimizer(), more -> { }));
    assertTrue(failed.getMessage().contains(to.path().resolve("checkpoint-1").toString())
        && failed.getMessage().contains("No space left"), failed.getMessage());
    try (var entries = Files.list(to.path())) {
      assertEquals(List.of(first), entries.toList());
    }
    assertArrayEquals(bytes, Files.readAllBytes(state));
    assertEquals(0, TrainingStateFile.restore(state, run.optimizer(), TinyRun.START).step());
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException missing) {
      return false; // no such command: the test is skipped
    }
  }
}
