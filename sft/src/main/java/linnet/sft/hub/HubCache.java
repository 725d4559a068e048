package linnet.sft.hub;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import linnet.nn.io.AtomicFile;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;

/**
 * A repository in the cache of {@code huggingface_hub}: {@code blobs} holds contents by their etag, {@code
 * snapshots} a folder for each commit with links to them, {@code refs} the commit of a branch or tag, {@code
 * .no_exist} what a commit has not, and {@code trees} what it has, where Python has asked.
 */
final class HubCache {
  private static final String TAG = """
      Signature: 8a477f597d28d172789f06886806bc55
      # This file is a cache directory tag created by huggingface_hub.
      # For information about cache directory tags, see:
      #\thttps://bford.info/cachedir/
      """;

  private static final Pattern SNAPSHOT =
      Pattern.compile("/models--([^/]+)/snapshots/([0-9a-f]{40})(/.*)?$");
  private static final String INCOMPLETE = ".incomplete";

  private final Path root;
  private final Path folder;
  private final String folderName;
  private final boolean usesLinks;

  HubCache(HubSettings settings, ModelName name) {
    root = settings.cache();
    folderName = "models--" + name.repo().replace("/", "--");
    folder = root.resolve(folderName);
    usesLinks = settings.usesLinks();
  }

  /** The model that a snapshot, or a file in one, belongs to. */
  static Optional<ModelName> nameOf(Path path) {
    var match = SNAPSHOT.matcher(path.toString().replace('\\', '/'));
    return match.find() ? ModelName.read(match.group(1).replaceFirst("--", "/")
        + Optional.ofNullable(match.group(3)).orElse("") + "@" + match.group(2)) : Optional.empty();
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  Path blob(RemoteFile file) {
    return folder.resolve("blobs").resolve(file.etag());
  }

  /** Where Linnet keeps what has come of a content; Python makes other names and removes them at its end. */
  Path partial(RemoteFile file) {
    return folder.resolve("blobs").resolve(file.etag() + ".linnet" + INCOMPLETE);
  }

  /** The same where nothing keeps another process from it. */
  Path uniquePartial(RemoteFile file) {
    return folder.resolve("blobs").resolve(file.etag() + "." + UUID.randomUUID() + INCOMPLETE);
  }

  Path lock(RemoteFile file) {
    return root.resolve(".locks").resolve(folderName).resolve(file.etag() + ".lock");
  }

  /** The commit that a revision meant when it was last asked for. */
  Optional<String> commit(String revision) {
    if (ModelName.isCommit(revision)) {
      return Optional.of(revision);
    }
    try {
      var commit = Files.readString(folder.resolve("refs").resolve(revision)).strip();
      return Optional.of(commit).filter(ModelName::isCommit);
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /** The files of a commit that are here, by their path in the repository. */
  List<String> files(String commit) {
    var snapshot = snapshot(commit);
    if (!Files.isDirectory(snapshot)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(snapshot)) {
      return paths.filter(Files::isRegularFile)
          .map(path -> snapshot.relativize(path).toString().replace('\\', '/')).sorted().toList();
    } catch (IOException failed) {
      throw new HubException(snapshot + ": cannot be read: " + failed.getMessage());
    }
  }

  boolean has(String commit, String file) {
    return Files.isRegularFile(snapshot(commit).resolve(file));
  }

  /** Whether the commit is known not to have a file. */
  boolean isAbsent(String commit, String file) {
    return Files.exists(absence(commit, file));
  }

  private Path absence(String commit, String file) {
    return folder.resolve(".no_exist").resolve(commit).resolve(file);
  }

  /** What a commit has, where Python has asked and kept the answer. */
  Optional<List<String>> tree(String commit) {
    var file = folder.resolve("trees").resolve(commit + ".json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      var tree = JsonCursor.read(file);
      return tree.opt("format_version").filter(version -> version.asInt() == 1)
          .map(_ -> new ArrayList<>(tree.at("files").members().sequencedKeySet()));
    } catch (JsonException malformed) {
      return Optional.empty(); // as Python does: it is a copy, which can be asked for again
    }
  }

  /** Makes the folders of a commit, so that Python finds the cache whole at any time. */
  void begin(String commit) throws IOException {
    Files.createDirectories(folder.resolve("blobs"));
    Files.createDirectories(snapshot(commit));
    var tag = root.resolve("CACHEDIR.TAG");
    if (!Files.exists(tag)) {
      AtomicFile.writeString(tag, TAG);
    }
  }

  /** Puts a content into a commit's folder: a relative link, or a copy where links cannot be made. */
  void place(RemoteFile file, String commit) throws IOException {
    var target = snapshot(commit).resolve(file.path());
    Files.createDirectories(target.getParent());
    var temporary = folder.resolve("blobs").resolve("." + UUID.randomUUID() + INCOMPLETE);
    try {
      if (!linked(temporary, target, blob(file))) {
        Files.copy(blob(file), temporary);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private boolean linked(Path link, Path target, Path blob) {
    if (!usesLinks) {
      return false;
    }
    try {
      Files.createSymbolicLink(link, target.getParent().relativize(blob));
      return true;
    } catch (IOException | UnsupportedOperationException noLinksHere) {
      return false;
    }
  }

  /** Remembers that a commit has no such file. */
  void markAbsent(String commit, String file) throws IOException {
    var mark = absence(commit, file);
    Files.createDirectories(mark.getParent());
    try {
      Files.createFile(mark);
    } catch (FileAlreadyExistsException known) {
      // then it is remembered
    }
  }

  /** Remembers what a branch or tag means now. */
  void setCommit(String revision, String commit) {
    if (!revision.equals(commit) && !commit(revision).equals(Optional.of(commit))) {
      AtomicFile.writeString(folder.resolve("refs").resolve(revision), commit);
    }
  }
}
