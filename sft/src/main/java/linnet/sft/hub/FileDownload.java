package linnet.sft.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * One file on its way into the cache: gone on with where it was broken off, never longer than was said,
 * checked, and there whole or not at all.
 */
final class FileDownload {
  private static final int MOST_FRUITLESS = 5; // breaks in a row without a byte
  private static final int MOST_BREAKS = 50;
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final HubHttp http;
  private final HubCache cache;
  private final ModelName name;
  private final URI uri;
  private final RemoteFile file;
  private final Pauses pauses;
  private final Listener listener;

  /** What is told while bytes come. */
  interface Listener {
    /** The file has now so many bytes; fewer than before where it had to begin again. */
    void bytes(RemoteFile file, long bytes);

    /** Another process has brought it. */
    void foundWhole(RemoteFile file);

    /** Something to know. */
    void notice(String text);
  }

  FileDownload(HubHttp http, HubCache cache, ModelName name, URI uri, RemoteFile file, Pauses pauses,
      Listener listener) {
    this.http = http;
    this.cache = cache;
    this.name = name;
    this.uri = uri;
    this.file = file;
    this.pauses = pauses;
    this.listener = listener;
  }

  /** The server has another content now than it said at first. */
  static final class ChangedException extends HubException {
    private static final long serialVersionUID = 1L;

    ChangedException(String message) {
      super(message);
    }
  }

  /**
   * Brings the content into the cache.
   *
   * @throws ChangedException if the server has another now
   * @throws HubException if it cannot be had, or is not what was promised; then nothing of it is kept
   * @throws UncheckedIOException if it cannot be written
   */
  void run() {
    var blob = cache.blob(file);
    try (var lock = BlobLock.take(cache.lock(file),
        () -> listener.notice("another linnet downloads " + file.path() + "; waiting for it"))) {
      if (Files.exists(blob)) {
        listener.foundWhole(file);
        return;
      }
      var path = lock.excludes() ? cache.partial(file) : cache.uniquePartial(file);
      try (var partial = PartialFile.open(path, file)) {
        if (!isComplete(partial)) {
          partial.delete();
          throw unsound();
        }
        partial.moveTo(blob);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(blob + ": cannot be written: " + failed.getMessage(), failed);
    }
  }

  /** Completes a file; whether it is what was promised. What an earlier process left may be damaged. */
  private boolean isComplete(PartialFile partial) throws IOException {
    boolean wasBegun = partial.size() > 0;
    try {
      complete(partial);
      if (partial.isSound() || !wasBegun) {
        return partial.isSound();
      }
      listener.notice(file.path() + ": what was begun earlier is damaged; downloading it anew");
      partial.restart();
      complete(partial);
      return partial.isSound();
    } catch (ChangedException changed) {
      partial.delete();
      throw changed;
    }
  }

  private HubException unsound() {
    return new HubException(name + ": " + file.path() + ": the bytes that came are not those the server has"
        + " promised (" + file.checksum() + " " + file.etag() + "); they were removed. Try again; if it stays"
        + " so, the server or a proxy before it is broken");
  }

  private void complete(PartialFile partial) throws IOException {
    listener.bytes(file, partial.size());
    int fruitless = 0;
    for (int breaks = 0; !partial.isWhole();) {
      long before = partial.size();
      var problem = receive(partial);
      if (problem.isEmpty()) {
        continue;
      }
      fruitless = partial.size() > before ? 0 : fruitless + 1;
      breaks++;
      if (fruitless == MOST_FRUITLESS || breaks == MOST_BREAKS) {
        throw new HubUnreachableException(name + ": " + file.path() + ": the connection broke " + breaks
            + " times, the last time after " + partial.size() + " of " + file.size() + " bytes (" + problem
            + (partial.size() == 0 ? ")" : "); they are kept: the same command goes on from there"));
      }
      var pause = pauses.after(Math.max(1, fruitless));
      listener.notice(file.path() + ": the connection broke after " + partial.size() + " of " + file.size()
          + " bytes (" + problem + "); going on in " + pause.toSeconds() + " s");
      pauses.pause(pause);
    }
  }

  /** Receives what is missing; returns what broke it off, or nothing. */
  private String receive(PartialFile partial) throws IOException {
    long start = partial.size();
    try (var answer = http.get(uri, conditions(start))) {
      if (answer.status() == 416 && start > 0) {
        partial.restart();
        return "no such range";
      }
      if (answer.status() != 200 && answer.status() != 206) {
        throw Refusals.of(answer, name, file.path(), http.token());
      }
      requireSame(answer);
      if (answer.status() == 200 && start > 0) {
        partial.restart(); // it knows no ranges, and sends all
        listener.bytes(file, 0);
      }
      return read(answer, partial);
    }
  }

  private Map<String, String> conditions(long start) {
    if (start == 0) {
      return Map.of();
    }
    // A hash tells in the end whether the parts belong together; and where the Hub sends to another host for
    // large files, that has etags of its own.
    return file.checksum() == Checksum.NONE && file.rawEtag().startsWith("\"")
        ? Map.of("Range", "bytes=" + start + "-", "If-Range", file.rawEtag())
        : Map.of("Range", "bytes=" + start + "-");
  }

  /** Refuses an answer about another content than was promised, or about other bytes of it. */
  private void requireSame(Answer answer) {
    RemoteFile.etag(answer.hubHeaders()).filter(etag -> !etag.equals(file.etag())).ifPresent(etag -> {
      throw new ChangedException(name + ": " + file.path() + ": " + answer.host()
          + " has another content now than a moment ago");
    });
    var encoding = answer.header("Content-Encoding").orElse("identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      throw new HubException(name + ": " + file.path() + ": " + answer.host() + " compresses (" + encoding
          + ") what was asked for as it is");
    }
  }

  private String read(Answer answer, PartialFile partial) throws IOException {
    requireRange(answer, partial);
    while (true) {
      List<ByteBuffer> buffers;
      try {
        buffers = answer.body().next();
      } catch (IOException broken) {
        return broken.getMessage();
      }
      if (buffers.isEmpty()) {
        return partial.isWhole() ? "" : "it ended early";
      }
      for (var bytes : buffers) {
        if (bytes.remaining() > file.size() - partial.size()) {
          partial.delete();
          throw tooLong(answer);
        }
        partial.append(bytes);
      }
      listener.bytes(file, partial.size());
    }
  }

  private void requireRange(Answer answer, PartialFile partial) throws IOException {
    long start = partial.size();
    OptionalLong length = answer.count("Content-Length");
    boolean holds = length.isEmpty() || length.getAsLong() == file.size() - start;
    if (answer.status() == 206) {
      var range = RANGE.matcher(answer.header("Content-Range").orElse(""));
      holds &= range.matches() && Long.parseLong(range.group(1)) == start
          && (range.group(2).equals("*") || Long.parseLong(range.group(2)) == file.size());
    }
    if (!holds) {
      throw new HubException(name + ": " + file.path() + ": " + answer.host() + " sends "
          + (answer.status() == 206 ? "\"" + answer.header("Content-Range").orElse("no Content-Range")
              .replaceAll("\\p{Cntrl}", "?") + "\"" : length.getAsLong() + " bytes") + ", expected the "
          + (file.size() - start) + " from " + start + " of the " + file.size() + " that it has promised");
    }
  }

  private HubException tooLong(Answer answer) {
    return new HubException(name + ": " + file.path() + ": " + answer.host() + " sends more than the "
        + file.size() + " bytes that it has promised; what came was removed");
  }
}
