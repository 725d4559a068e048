package linnet.sft.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import linnet.nn.io.AtomicFolder;
import linnet.nn.optim.AdamW;

/**
 * Where a run keeps what it makes: {@code checkpoint-<step>} folders with the training state and what the
 * caller adds (the adapter), each there as a whole or not at all.
 *
 * @param path the run's output folder
 */
public record RunFolder(Path path) {
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d+)");
  private static final String STATE = "training_state.safetensors";

  /**
   * Checks, before any work is done, that a new run can write here; nothing is made yet.
   *
   * @throws IllegalArgumentException if the folder holds something already, or cannot be made or written
   */
  public void requireFresh() {
    var existing = path.toAbsolutePath().normalize();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw new IllegalArgumentException(existing + ": found a file, expected a new or empty folder");
    }
    if (!Files.isWritable(existing)) {
      throw new IllegalArgumentException(existing
          + ": found a folder that cannot be written to; name another");
    }
    if (Files.exists(path)) {
      requireEmpty();
    }
  }

  private void requireEmpty() {
    var entries = entries();
    if (!entries.isEmpty()) {
      throw new IllegalArgumentException(path + ": found a folder that holds "
          + entries.getFirst().getFileName() + " already, expected a new or empty one: name another"
          + (latestState().isPresent() ? ", or continue the run in it with --resume" : ""));
    }
  }

  /**
   * Makes the folder of a run that was killed fit to go on in: what a save left half done is removed.
   *
   * @throws IllegalArgumentException if there is none, or a folder is where a later checkpoint belongs
   */
  public void prepareToResume() {
    var state = latestState().orElseThrow(() -> new IllegalArgumentException(path
        + ": holds no checkpoint to continue; leave --resume out to start anew"));
    long done = step(state.getParent());
    for (var entry : entries()) {
      if (step(entry) > done) {
        throw new IllegalArgumentException(entry + ": found no " + STATE + " in it, expected a whole"
            + " checkpoint; remove or rename it, for the run will save there");
      }
    }
    AtomicFolder.deleteLeftovers(path);
  }

  /** Saves a run that stands still; a checkpoint of the same step is left as it is, for it is the same. */
  public Path save(TrainingProgress progress, AdamW optimizer, Consumer<Path> more) {
    var folder = checkpoint(progress.step());
    if (!holds(progress.step())) {
      AtomicFolder.write(folder, temporary -> {
        more.accept(temporary);
        TrainingStateFile.write(temporary.resolve(STATE), progress, optimizer);
      });
    }
    return folder;
  }

  /** Whether there is a checkpoint of so many steps. */
  public boolean holds(long steps) {
    return Files.isRegularFile(checkpoint(steps).resolve(STATE));
  }

  /** The training state of the checkpoint with the most steps. */
  public Optional<Path> latestState() {
    return entries().stream().filter(entry -> Files.isRegularFile(entry.resolve(STATE)) && step(entry) >= 0)
        .max(Comparator.comparingLong(RunFolder::step)).map(entry -> entry.resolve(STATE));
  }

  private List<Path> entries() {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (var entries = Files.list(path)) {
      return entries.toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(path + ": cannot be read: " + failed, failed);
    }
  }

  private Path checkpoint(long steps) {
    return path.resolve("checkpoint-" + steps);
  }

  private static long step(Path checkpoint) {
    var matcher = CHECKPOINT.matcher(checkpoint.getFileName().toString());
    return matcher.matches() && matcher.group(1).length() < 19 ? Long.parseLong(matcher.group(1)) : -1;
  }
}
