package linnet.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import linnet.sft.data.EncodingCache;
import picocli.CommandLine.Option;

/** Whether rows that were encoded before are used again. */
final class CacheOptions {
  private static final String FOLDER = "LINNET_CACHE";

  @Option(names = "--no-cache",
      description = "Encode all rows anew and do not keep them (see LINNET_CACHE in docs/CLI.md).")
  private boolean off;

  /** The cache, which will be asked for the rows of a file. */
  EncodingCache open(Path data) {
    var cache = off ? EncodingCache.none()
        : folder(System.getenv(), System.getProperty("user.home")).map(EncodingCache::in)
            .orElseGet(EncodingCache::none);
    cache.expect(data);
    return cache;
  }

  /**
   * Where encoded rows are kept: in {@code LINNET_CACHE}, or where programs keep such things.
   *
   * @return the folder, or empty where this user has no home
   */
  static Optional<Path> folder(Map<String, String> environment, String home) {
    return set(environment, FOLDER)
        // the XDG base directory specification has relative paths ignored
        .or(() -> set(environment, "XDG_CACHE_HOME").filter(Path::isAbsolute)
            .map(cache -> cache.resolve("linnet")))
        .or(() -> set(environment, "HOME").or(() -> Optional.ofNullable(home).map(Path::of))
            .filter(Path::isAbsolute).map(user -> user.resolve(".cache/linnet")))
        .map(cache -> cache.resolve("rows"));
  }

  private static Optional<Path> set(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty()).map(Path::of);
  }
}
