package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CacheOptionsTest {
  private static Optional<Path> folder(Map<String, String> environment) {
    return CacheOptions.folder(environment, "/home/of-the-system");
  }

  @Test
  void theCacheLiesWhereTheUserSays() {
    var all = Map.of("LINNET_CACHE", "mine", "XDG_CACHE_HOME", "/xdg", "HOME", "/home/me");
    assertEquals(Optional.of(Path.of("mine/rows")), folder(all));
  }

  @Test
  void orWhereProgramsKeepSuchThings() {
    assertEquals(Optional.of(Path.of("/xdg/linnet/rows")),
        folder(Map.of("LINNET_CACHE", "", "XDG_CACHE_HOME", "/xdg", "HOME", "/home/me")));
    assertEquals(Optional.of(Path.of("/home/me/.cache/linnet/rows")),
        folder(Map.of("XDG_CACHE_HOME", "relative", "HOME", "/home/me")));
    assertEquals(Optional.of(Path.of("/home/of-the-system/.cache/linnet/rows")), folder(Map.of()));
  }

  @Test
  void aUserWithoutAHomeHasNone() {
    assertEquals(Optional.empty(), CacheOptions.folder(Map.of(), "?"));
    assertEquals(Optional.empty(), CacheOptions.folder(Map.of(), null));
  }
}
