package linnet.sft.data;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import linnet.nn.io.ContentHash;
import linnet.nn.json.Json;
import org.apache.commons.csv.CSVFormat;

/**
 * A hash of the code that makes rows of files, so that rows which another version of it encoded are not taken
 * for its own: the jars of the modules that read, render and encode, and the version of Java, whose regular
 * expressions and Unicode tables they use.
 */
final class CodeHash {
  private CodeHash() {}

  /** The hash, or empty where the code cannot be read. */
  static Optional<String> get() {
    var hash = new ContentHash().add(Runtime.version().toString());
    try {
      for (var type : List.of(CodeHash.class, Json.class, CSVFormat.class)) {
        add(hash, type);
      }
      return Optional.of(hash.hex());
    } catch (IOException | URISyntaxException | FileSystemNotFoundException unknown) {
      return Optional.empty();
    }
  }

  private static void add(ContentHash hash, Class<?> type) throws IOException, URISyntaxException {
    var source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IOException("there is no telling where " + type + " comes from");
    }
    var path = Path.of(source.getLocation().toURI());
    if (!Files.isDirectory(path)) {
      hash.add(ContentHash.ofFile(path));
      return;
    }
    try (var files = Files.walk(path)) {
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        hash.add(path.relativize(file).toString()).add(ContentHash.ofFile(file));
      }
    }
  }
}
