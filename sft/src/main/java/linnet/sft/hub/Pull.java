package linnet.sft.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** One model on its way into the cache. */
final class Pull {
  private static final int MOST_LISTED = 64 << 20; // bytes of a list of files
  private static final int MOST_PAGES = 200; // of 1000 files each
  private static final int MOST_CHANGES = 3;
  private static final int MOST_BREAKS = 3; // of a list
  private static final Pattern NEXT_PAGE = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");

  private final HubSettings settings;
  private final HubHttp http;
  private final HubCache cache;
  private final ModelName name;
  private final Part part;
  private final Pauses pauses;
  private final Consumer<PullEvent> events;
  private final Tally tally = new Tally();
  private long listed; // bytes of the list of files so far

  Pull(HubSettings settings, HubHttp http, HubCache cache, ModelName name, Part part, Pauses pauses,
      Consumer<PullEvent> events) {
    this.settings = settings;
    this.http = http;
    this.cache = cache;
    this.name = name;
    this.part = part;
    this.pauses = pauses;
    this.events = events;
  }

  /** The files of a commit. */
  private record Listing(String commit, List<String> files) {}

  /** Bytes over all files. */
  private final class Tally implements FileDownload.Listener {
    private int files;
    private long left;
    private long received;
    private long here;

    void plan(Collection<RemoteFile> more) {
      for (var file : more) {
        files++;
        left += file.size() - partialSize(file);
      }
      events.accept(new PullEvent.Planned(name, files, left));
    }

    void begin(RemoteFile file) {
      here = partialSize(file);
    }

    /** Another content than was planned; of the old one nothing is left. */
    void replace(RemoteFile old, RemoteFile file) {
      left += file.size() - partialSize(file) - (old.size() - here);
    }

    @Override
    public void bytes(RemoteFile file, long bytes) {
      left -= bytes - here;
      received += Math.max(0, bytes - here);
      here = bytes;
      events.accept(new PullEvent.Progress(file.path(), bytes, file.size(), received, left));
    }

    @Override
    public void foundWhole(RemoteFile file) {
      left -= file.size() - here;
      here = file.size();
    }

    @Override
    public void notice(String text) {
      events.accept(new PullEvent.Notice(text));
    }
  }

  CachedModel run() {
    try {
      var listing = list();
      var selection = part.of(RepoFiles.select(name, listing.files()));
      var commit = listing.commit();
      cache.begin(commit);
      fetch(commit, selection.all());
      fetch(commit, CachedModel.shards(cache, commit, name, selection));
      for (var file : RepoFiles.deciding(selection)) {
        if (!listing.files().contains(file)) {
          cache.markAbsent(commit, file);
        }
      }
      cache.setCommit(name.revisionOrMain(), commit);
      return new CachedModel(commit, CachedModel.path(cache, commit, selection), List.of(), true);
    } catch (IOException failed) {
      throw new UncheckedIOException(settings.cache() + ": cannot be written: "
          + failed.getMessage(), failed);
    }
  }

  private Listing list() {
    var uri = uri("/api/models/" + name.repo() + "/revision/" + encoded(name.revisionOrMain()));
    return ask(uri, (answer, json) -> {
      var commit = json.at("sha").asString();
      if (!ModelName.isCommit(commit)) {
        throw json.at("sha").error("a commit of 40 hexadecimal digits");
      }
      var files = json.opt("siblings").map(siblings -> siblings.elements().stream()
          .map(file -> file.at("rfilename").asString()).toList()).orElseGet(() -> tree(commit));
      return new Listing(commit, files);
    });
  }

  /** The files of a commit page by page, where a server does not give them with the commit. */
  private List<String> tree(String commit) {
    var files = new ArrayList<String>();
    var next = Optional.of(uri("/api/models/" + name.repo() + "/tree/" + commit + "?recursive=true"));
    for (int pages = 0; next.isPresent(); pages++) {
      if (pages == MOST_PAGES) {
        throw new HubException(name + ": the list of files has no end");
      }
      next = ask(next.get(), (answer, json) -> {
        json.elements().stream().filter(entry -> entry.at("type").asString().equals("file"))
            .forEach(file -> files.add(file.at("path").asString()));
        return NEXT_PAGE.matcher(answer.header("Link").orElse("")).results().findFirst()
            .map(link -> HubHttp.address(answer, link.group(1)).orElseThrow(() -> new HubException(name
                + ": the list of files of " + answer.host() + " goes on at what is no address of a server")));
      });
    }
    return files;
  }

  private <T> T ask(URI uri, BiFunction<Answer, JsonCursor, T> reader) {
    for (int breaks = 1;; breaks++) {
      try {
        return askOnce(uri, reader);
      } catch (InterruptedIOException stopped) {
        throw new HubException(stopped.getMessage());
      } catch (IOException broken) {
        var problem = name + ": the list of files did not come: " + broken.getMessage();
        if (breaks == MOST_BREAKS) {
          throw new HubUnreachableException(problem);
        }
        var pause = pauses.after(breaks);
        events.accept(new PullEvent.Notice(problem + "; trying again in " + pause.toSeconds() + " s"));
        pauses.pause(pause);
      }
    }
  }

  private <T> T askOnce(URI uri, BiFunction<Answer, JsonCursor, T> reader) throws IOException {
    try (var answer = http.get(uri, Map.of())) {
      if (answer.status() != 200) {
        throw Refusals.of(answer, name, "list of files", http.token());
      }
      var source = name + ": the list of files of " + answer.host();
      var bytes = answer.body().all(MOST_LISTED);
      listed += bytes.length;
      if (listed > MOST_LISTED) {
        throw new HubException(source + " has more than " + MOST_LISTED + " bytes on all its pages");
      }
      return reader.apply(answer, JsonCursor.of(Json.parse(bytes, source), source));
    } catch (IllegalArgumentException malformed) {
      throw new HubException(malformed.getMessage() + "; is HF_ENDPOINT the address of a Hugging Face Hub?");
    }
  }

  /** Brings those of the files that are not in the commit's folder yet. */
  private void fetch(String commit, Collection<String> paths) throws IOException {
    var files = new ArrayList<RemoteFile>();
    for (var path : paths) {
      if (!cache.has(commit, path)) {
        files.add(describe(commit, path));
      }
    }
    var missing = files.stream().filter(file -> !isInCache(file)).toList();
    if (!missing.isEmpty()) {
      tally.plan(missing);
      requireSpace(missing);
    }
    for (var file : files) {
      var held = isInCache(file) ? file : download(commit, file);
      cache.place(held, commit);
      events.accept(new PullEvent.Done(held.path(), held.size(), held.checksum() != Checksum.NONE));
    }
  }

  /** Whether the cache has the content already, perhaps for another commit. */
  private boolean isInCache(RemoteFile file) {
    try {
      return Files.size(cache.blob(file)) == file.size();
    } catch (IOException none) {
      return false;
    }
  }

  private RemoteFile describe(String commit, String path) {
    try (var answer = http.head(address(commit, path))) {
      if (answer.status() != 200 && !answer.isRedirect()) {
        throw Refusals.of(answer, name, path, http.token());
      }
      answer.header("X-Repo-Commit").filter(other -> !other.equals(commit)).ifPresent(other -> {
        throw new HubException(name + ": " + path + ": " + answer.host() + " gives it of another commit than "
            + commit + ", which was asked for");
      });
      return RemoteFile.of(path, name, answer);
    }
  }

  private RemoteFile download(String commit, RemoteFile promised) throws IOException {
    var file = promised;
    for (int changes = 1;; changes++) {
      Files.deleteIfExists(cache.blob(file)); // of another size
      tally.begin(file);
      try {
        new FileDownload(http, cache, name, address(commit, file.path()), file, pauses, tally).run();
        return file;
      } catch (FileDownload.ChangedException changed) {
        if (changes == MOST_CHANGES) {
          throw changed;
        }
        tally.notice(changed.getMessage() + "; beginning again");
        var now = describe(commit, file.path());
        tally.replace(file, now);
        file = now;
      }
    }
  }

  private long partialSize(RemoteFile file) {
    try {
      return Math.min(file.size(), Files.size(cache.partial(file)));
    } catch (IOException none) {
      return 0;
    }
  }

  private void requireSpace(Collection<RemoteFile> files) throws IOException {
    long needed = files.stream().mapToLong(file -> file.size() - partialSize(file)).sum();
    long free = Files.getFileStore(settings.cache()).getUsableSpace();
    if (needed > free) {
      throw new HubException(String.format(Locale.ROOT, "%s: needs %,d bytes more in %s, where %,d are free;"
          + " make room, or name another folder in HF_HUB_CACHE", name, needed, settings.cache(), free));
    }
  }

  private URI address(String commit, String path) {
    return uri("/" + name.repo() + "/resolve/" + commit + "/"
        + Arrays.stream(path.split("/")).map(Pull::encoded).collect(Collectors.joining("/")));
  }

  private URI uri(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
