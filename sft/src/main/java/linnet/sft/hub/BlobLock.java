package linnet.sft.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Lets one Linnet at a time download a content, so that two do not fetch it twice; the file is the one that
 * {@code huggingface_hub} locks. Its lock is another kind of the system's ({@code flock}, where the JVM has
 * POSIX record locks), so the two do not wait for one another; nothing depends on it, since each writes under
 * a name of its own and renames.
 */
final class BlobLock implements AutoCloseable {
  private enum Locked { HERE, ELSEWHERE, NOWHERE }

  private static final Duration POLL = Duration.ofMillis(200);

  private final FileChannel channel;
  private final boolean excludes;

  private BlobLock(FileChannel channel, boolean excludes) {
    this.channel = channel;
    this.excludes = excludes;
  }

  /**
   * Takes the lock, and waits for it if need be.
   *
   * @param onWait is called before waiting
   * @throws IOException if the file cannot be made; where a file system knows no locks there is none
   */
  static BlobLock take(Path file, Runnable onWait) throws IOException {
    Files.createDirectories(file.getParent());
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      var locked = lock(channel);
      if (locked == Locked.ELSEWHERE) {
        onWait.run();
      }
      while (locked == Locked.ELSEWHERE) {
        Pauses.REAL.pause(POLL);
        locked = lock(channel);
      }
      return new BlobLock(channel, locked == Locked.HERE);
    } catch (RuntimeException | Error failed) {
      channel.close();
      throw failed;
    }
  }

  private static Locked lock(FileChannel channel) {
    try {
      return channel.tryLock() == null ? Locked.ELSEWHERE : Locked.HERE;
    } catch (OverlappingFileLockException anotherThread) {
      return Locked.ELSEWHERE;
    } catch (IOException noLocksHere) {
      return Locked.NOWHERE;
    }
  }

  /** Whether no other Linnet has it; a file system without locks cannot say so. */
  boolean excludes() {
    return excludes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
