package linnet.sft.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.ContentHash;

/**
 * Rows that were encoded before, in a folder. What they are kept under is a hash of everything that decides
 * what they are: the bytes of the data, tokenizer and template, the options, the code of Linnet and the
 * version of Java; so nothing in it is ever out of date. It never fails a run: a file that is damaged is made
 * anew, and where the folder cannot be written, rows are encoded every time.
 *
 * <p>Files appear whole or not at all, so several processes may use one folder. Those that were not used for
 * longest are deleted where all together take more than {@link #MOST_BYTES}.
 */
public final class EncodingCache implements AutoCloseable {
  /** What the files of a folder take together at most. */
  public static final long MOST_BYTES = 2L << 30;

  private static final String SUFFIX = ".rows";
  private static final String TEMPORARY = ".tmp";
  /** A temporary file that is older was left by a process that is gone. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path folder;
  private final long mostBytes;
  private final Supplier<Optional<String>> codeHash;
  private final List<Thread> writers = new ArrayList<>();
  private final Map<Path, Supplier<Optional<Origin>>> expected = new ConcurrentHashMap<>();

  /** What rows come from: hashes of the code that encodes and of the file's bytes. */
  private record Origin(String code, byte[] content) {}

  private EncodingCache(Path folder, long mostBytes, Supplier<Optional<String>> codeHash) {
    this.folder = folder;
    this.mostBytes = mostBytes;
    this.codeHash = codeHash;
  }

  /**
   * Rows of a file.
   *
   * @param data the rows
   * @param cached whether they were encoded by an earlier run
   */
  public record CachedRows(EncodedData data, boolean cached) {}

  /**
   * One that keeps rows in a folder.
   *
   * @param folder made when the first file is written, readable by its owner alone
   */
  public static EncodingCache in(Path folder) {
    return in(folder, MOST_BYTES);
  }

  static EncodingCache in(Path folder, long mostBytes) {
    return in(folder, mostBytes, CodeHash::get);
  }

  static EncodingCache in(Path folder, long mostBytes, Supplier<Optional<String>> codeHash) {
    return new EncodingCache(folder, mostBytes, codeHash);
  }

  /** One that keeps nothing. */
  public static EncodingCache none() {
    return new EncodingCache(null, 0, CodeHash::get);
  }

  /** Begins to hash a file that {@link #encode} will be asked for, on another thread. */
  public void expect(Path file) {
    expected.computeIfAbsent(file, path -> Concurrently.begin(() -> origin(path)));
  }

  /**
   * Reads and encodes a file, or takes what became of it before. A file that can be read only once, such as a
   * pipe, is never looked for.
   *
   * @param settings has everything but the data that decides what the rows are; it is ended here
   * @param encoder what encodes rows; asked for before they are read, and only where they are not found
   * @param lasting is asked after encoding: whether the same rows would be the same at another time
   */
  public CachedRows encode(Path file, FieldMapping mapping, ContentHash settings,
      Supplier<Function<List<Conversation>, EncodedData>> encoder, BooleanSupplier lasting) {
    var begun = expected.remove(file);
    var origin = begun == null ? origin(file) : begun.get();
    if (origin.isEmpty()) {
      var encode = encoder.get();
      return new CachedRows(encode.apply(Conversation.read(file, mapping)), false);
    }
    var content = origin.get().content();
    var key = settings.add(origin.get().code()).add(RowReader.form(file)).add(content).hex();
    return find(key).map(data -> new CachedRows(data, true))
        .orElseGet(() -> new CachedRows(encode(file, mapping, content, key, encoder.get(), lasting), false));
  }

  /** Keeps what it encodes if it read what was hashed, whoever wrote to the file in between. */
  EncodedData encode(Path file, FieldMapping mapping, byte[] content, String key,
      Function<List<Conversation>, EncodedData> encoder, BooleanSupplier lasting) {
    var digest = ContentHash.sha256();
    var rows = RowReader.read(file, in -> new DigestInputStream(in, digest));
    var data = encoder.apply(Conversation.of(rows, mapping));
    if (lasting.getAsBoolean() && Arrays.equals(digest.digest(), content)) {
      store(key, data);
    }
    return data;
  }

  /**
   * Nothing for a cache that keeps nothing, a pipe, code that cannot be read, or a file that cannot: whoever reads it
   * for its rows says why.
   */
  private Optional<Origin> origin(Path file) {
    if (folder == null || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      var content = ContentHash.ofFile(file);
      return codeHash.get().map(code -> new Origin(code, content));
    } catch (IOException | UncheckedIOException unreadable) {
      return Optional.empty();
    }
  }

  /** What was kept under a key; a damaged file counts as none. */
  Optional<EncodedData> find(String key) {
    var file = file(key);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      var data = EncodedFile.read(file, key);
      if (data.isPresent()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now())); // its last use
      }
      return data;
    } catch (IOException | RuntimeException unusable) {
      return Optional.empty();
    }
  }

  /** Keeps rows, on a thread of its own, so that no step waits for the disk. */
  void store(String key, EncodedData data) {
    long size = EncodedFile.size(data);
    if (size > mostBytes) {
      return;
    }
    var writer = Thread.ofPlatform().daemon().name("encoding-cache").unstarted(() -> {
      try {
        makeFolder();
        AtomicFile.write(file(key), out -> EncodedFile.write(out, key, data));
        evict();
      } catch (IOException | UncheckedIOException notKept) {
        return; // it is encoded again the next time
      }
    });
    writers.add(writer);
    writer.start();
  }

  private Path file(String key) {
    return folder.resolve(key + SUFFIX);
  }

  /** Rows can be read back as text, so they are nobody else's to see. */
  private void makeFolder() throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Files.createDirectories(folder.toAbsolutePath().getParent());
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      var owner = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(owner));
    } else {
      Files.createDirectories(folder);
    }
  }

  private record Entry(Path file, long bytes, Instant used) {}

  private void evict() throws IOException {
    var entries = new ArrayList<Entry>();
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        var name = file.getFileName().toString();
        if (name.endsWith(SUFFIX)) {
          entries.add(new Entry(file, Files.size(file), Files.getLastModifiedTime(file).toInstant()));
        } else if (name.endsWith(TEMPORARY)
            && Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minus(ABANDONED))) {
          Files.deleteIfExists(file);
        }
      }
    }
    long bytes = entries.stream().mapToLong(Entry::bytes).sum();
    entries.sort(Comparator.comparing(Entry::used));
    for (var entry : entries) {
      if (bytes <= mostBytes) {
        return;
      }
      Files.deleteIfExists(entry.file());
      bytes -= entry.bytes();
    }
  }

  /** Waits until all is written. */
  @Override
  public void close() {
    for (var writer : writers) {
      try {
        writer.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
