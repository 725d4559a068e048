package linnet.sft.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A Hub with a tiny model, an empty cache, and no waiting. */
abstract class HubTestCase {
  static final String TOKEN = "hf_aVerySecretToken";
  static final byte[] WEIGHTS = weights(300_000, 1);
  static final String CONFIG = "{\"model_type\": \"llama\"}";

  @TempDir
  Path folder;

  final FakeHub hub;
  final List<PullEvent> events = new ArrayList<>();
  final List<Duration> pauses = new ArrayList<>();
  final Map<String, String> environment = new HashMap<>();

  HubTestCase() {
    try {
      hub = new FakeHub();
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  @BeforeEach
  void publish() {
    hub.file("config.json", CONFIG).file("tokenizer.json", "{}").file("README.md", "no one reads this")
        .file("onnx/model.onnx", "nor this").file("pytorch_model.bin", "nor that")
        .file(FakeHub.REPO, "model.safetensors", WEIGHTS);
    environment.put("HF_ENDPOINT", hub.origin() + "/");
    environment.put("HF_HOME", folder.resolve("home").toString());
    environment.put("HF_TOKEN", TOKEN);
    environment.put("HF_HUB_DOWNLOAD_TIMEOUT", "1");
  }

  @AfterEach
  void stop() throws IOException {
    hub.close();
  }

  static byte[] weights(int size, long seed) {
    var bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  HubSettings settings() {
    return HubSettings.of(environment, folder.toString());
  }

  Hub client() {
    return new Hub(settings(), pauses::add);
  }

  PulledModel pull(String name) {
    return client().pull(ModelName.parse(name), events::add);
  }

  PulledModel pull() {
    return pull(FakeHub.REPO);
  }

  /** Pulls what must be refused with a message that has all parts, and neither token nor signature. */
  HubException refused(String name, String... parts) {
    var refusal = assertThrows(HubException.class, () -> pull(name));
    for (var part : parts) {
      assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }
    var all = refusal + events.toString();
    assertFalse(all.contains(TOKEN) || all.contains("SIGNED"), all);
    assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
    return refusal;
  }

  Path repo() {
    return folder.resolve("home/hub/models--org--tiny");
  }

  Path blob(String path, byte[] bytes) {
    return repo().resolve("blobs").resolve(FakeHub.etag(path, bytes));
  }

  Path partial() {
    return blob("model.safetensors", WEIGHTS).resolveSibling(
        FakeHub.etag("model.safetensors", WEIGHTS) + ".linnet.incomplete");
  }

  /** That the model is there to the bit, and nothing half-finished beside it. */
  void assertWhole(PulledModel model) {
    assertWhole(model, WEIGHTS);
  }

  void assertWhole(PulledModel model, byte[] weights) {
    try {
      assertArrayEquals(weights, Files.readAllBytes(model.path().resolve("model.safetensors")));
      assertEquals(CONFIG, Files.readString(model.path().resolve("config.json")));
      assertEquals(List.of(), incomplete());
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  List<Path> incomplete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.(incomplete|tmp)")).toList();
    }
  }

  static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }

  List<String> notices() {
    return events.stream().filter(PullEvent.Notice.class::isInstance)
        .map(event -> ((PullEvent.Notice) event).text()).toList();
  }
}
