package linnet.sft.hub;

import static linnet.sft.hub.FakeHub.REPO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The same cache, used by Python's huggingface_hub and by Linnet in turn and at once. */
@EnabledIfEnvironmentVariable(named = PythonCacheTest.PYTHON, matches = ".+",
    disabledReason = "LINNET_PYTHON does not name a Python that has huggingface_hub")
class PythonCacheTest extends HubTestCase {
  static final String PYTHON = "LINNET_PYTHON";

  @BeforeEach
  void publishWhatPythonCanList() {
    hub.file("sub/notes.json", "[]");
  }

  private Process start(String... args) throws IOException {
    var command = new ArrayList<>(List.of(System.getenv(PYTHON), "src/test/python/hub_cache.py"));
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
    builder.environment().putAll(environment);
    builder.environment().put("HF_HUB_DISABLE_PROGRESS_BARS", "1");
    return builder.start();
  }

  private Path path(Process python) throws IOException, InterruptedException {
    var out = new String(python.getInputStream().readAllBytes()).strip();
    assertEquals(0, python.waitFor(), () -> {
      try {
        return Files.readString(folder.resolve("errors"));
      } catch (IOException unreadable) {
        return unreadable.getMessage();
      }
    });
    return Path.of(out);
  }

  @Test
  void pythonFindsWhatLinnetDownloaded() throws IOException, InterruptedException {
    var model = pull();
    assertEquals(model.path(), path(start("check", REPO, "model.safetensors")));
  }

  @Test
  void linnetFindsWhatPythonDownloaded() throws IOException, InterruptedException {
    var path = path(start("download", REPO));
    int before = hub.hubRequests().size();
    environment.put("HF_HUB_OFFLINE", "1");
    var model = pull();
    assertEquals(path, model.path());
    assertWhole(model);
    assertEquals(model, client().get(ModelName.parse(REPO), events::add));
    assertEquals(before, hub.hubRequests().size());
  }

  @Test
  void bothMayDownloadAtOnce() throws IOException, InterruptedException {
    hub.store(FakeHub.gets("/model.safetensors"), reply -> reply.pausing(Duration.ofSeconds(2)));
    environment.put("HF_HUB_DOWNLOAD_TIMEOUT", "10");
    var python = start("download", REPO);
    for (int waited = 0; hub.storeRequests().isEmpty() && waited < 300; waited++) {
      Thread.sleep(100);
    }
    assertTrue(python.isAlive(), "Python waits for its bytes");
    var model = pull();
    assertWholeFiles(model);
    assertEquals(model.path(), path(python));
    assertWhole(model);
  }

  private static void assertWholeFiles(PulledModel model) throws IOException {
    assertEquals(-1, Arrays.mismatch(WEIGHTS,
        Files.readAllBytes(model.path().resolve("model.safetensors"))));
  }
}
