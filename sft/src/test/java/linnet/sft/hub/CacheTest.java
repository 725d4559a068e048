package linnet.sft.hub;

import static linnet.sft.hub.FakeHub.COMMIT;
import static linnet.sft.hub.FakeHub.REPO;
import static linnet.sft.hub.FakeHub.asks;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import linnet.sft.hub.FakeServer.Reply;
import org.junit.jupiter.api.Test;

/** What is used without a server. */
class CacheTest extends HubTestCase {
  private final ModelName name = ModelName.parse(REPO);

  private PulledModel get() {
    return client().get(name, events::add);
  }

  /** A snapshot as Python leaves it that has downloaded some files, without links, marks or a list. */
  private void write(String... files) throws IOException {
    Files.createDirectories(repo().resolve("refs"));
    Files.writeString(repo().resolve("refs/main"), COMMIT);
    for (var file : files) {
      var path = repo().resolve("snapshots").resolve(COMMIT).resolve(file);
      Files.createDirectories(path.getParent());
      Files.write(path, file.endsWith(".json") ? "{}".getBytes() : WEIGHTS);
    }
  }

  private void offline() {
    environment.put("HF_HUB_OFFLINE", "1");
  }

  @Test
  void whatIsThereIsUsedWithoutAsking() {
    assertEquals(Optional.empty(), client().find(name));
    var model = get();
    int before = hub.hubRequests().size();
    assertEquals(model, get());
    assertEquals(Optional.of(model), client().find(name));
    assertEquals(before, hub.hubRequests().size());
    assertEquals(model.path(), client().find(ModelName.parse(REPO + "@" + COMMIT)).orElseThrow().path());
  }

  @Test
  void aNameMeansTheSameUntilItIsPulledAgain() {
    var model = get();
    hub.commit("f".repeat(40));
    assertEquals(model, get());
    assertEquals("f".repeat(40), pull().commit());
    assertEquals("f".repeat(40), get().commit());
    assertEquals(COMMIT, client().find(ModelName.parse(REPO + "@" + COMMIT)).orElseThrow().commit());
  }

  @Test
  void offlineNothingIsAsked() throws IOException {
    offline();
    refused(REPO, "HF_HUB_OFFLINE is set", "does not have it");
    assertThrows(HubException.class, this::get);
    write("config.json", "model.safetensors");
    assertEquals(COMMIT, pull().commit());
    assertEquals(COMMIT, get().commit());
    refused(REPO + "@v2", "does not have this revision");
    assertEquals(List.of(), hub.hubRequests());
  }

  @Test
  void offlineWhatIsMissingIsNamed() throws IOException {
    offline();
    write("config.json");
    refused(REPO, "lacks model.safetensors of commit " + COMMIT);
    write("model.safetensors.index.json");
    Files.writeString(repo().resolve("snapshots").resolve(COMMIT).resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");
    write("model-2.safetensors");
    refused(REPO, "lacks model-1.safetensors of commit " + COMMIT);
    write("model-1.safetensors");
    assertEquals(COMMIT, get().commit());
  }

  @Test
  void theListThatPythonKeepsSaysWhatIsMissing() throws IOException {
    offline();
    write("config.json", "model.safetensors");
    Files.createDirectories(repo().resolve("trees"));
    var tree = repo().resolve("trees").resolve(COMMIT + ".json");
    Files.writeString(tree, """
        {"format_version": 1, "files": {"config.json": {"size": 2, "blob_id": "x"},
        "tokenizer.json": {"size": 1,
         "blob_id": "y"}, "model.safetensors": {"size": 3, "blob_id": "z"}}}""");
    refused(REPO, "lacks tokenizer.json of commit");
    write("tokenizer.json");
    assertEquals(COMMIT, get().commit());
    Files.writeString(tree, "{damaged");
    assertEquals(COMMIT, get().commit());
  }

  @Test
  void whatPythonLeftHalfIsCompleted() throws IOException {
    write("config.json");
    Files.writeString(repo().resolve("snapshots").resolve(COMMIT).resolve("config.json"), CONFIG);
    assertWhole(get());
    assertTrue(hub.hubRequests().stream().noneMatch(request -> request.target().endsWith("config.json")));
  }

  @Test
  void theTextAloneTakesNoWeights() throws IOException {
    var text = client().get(name, Part.TEXT, events::add);
    assertTrue(Files.exists(text.path().resolve("tokenizer.json")));
    assertEquals(List.of(), hub.storeRequests());
    int before = hub.hubRequests().size();
    assertEquals(text, client().get(name, Part.TEXT, events::add));
    assertEquals(before, hub.hubRequests().size());
    assertEquals(Optional.empty(), client().find(name), "the model is not there");
    assertWhole(get());
    hub.file("org/gguf", "a.gguf", WEIGHTS);
    assertTrue(client().get(ModelName.parse("org/gguf"), Part.TEXT, events::add).path().endsWith("a.gguf"));
  }

  /** The first has the keys of all. */
  @Test
  void ofAGgufModelInPartsTheTextIsInTheFirst() throws IOException {
    for (int part = 1; part <= 3; part++) {
      hub.file("org/parts", "q/x-0000" + part + "-of-00003.gguf", weights(1000 * part, part));
    }
    for (var given : List.of("org/parts", "org/parts/q/x-00001-of-00003.gguf")) {
      var model = ModelName.parse(given);
      var text = client().get(model, Part.TEXT, events::add);
      assertTrue(text.path().endsWith("q/x-00001-of-00003.gguf"), text.path().toString());
      assertEquals(Set.of("x-00001-of-00003.gguf"), names(text.path().getParent()));
      int before = hub.hubRequests().size();
      assertEquals(text, client().get(model, Part.TEXT, events::add));
      assertEquals(before, hub.hubRequests().size());
      assertEquals(Optional.empty(), client().find(model), "the model is not there");
    }
    offline();
    assertEquals(COMMIT, client().get(ModelName.parse("org/parts"), Part.TEXT, events::add).commit());
    refused("org/parts", "lacks q/x-00002-of-00003.gguf, q/x-00003-of-00003.gguf of commit");
    environment.remove("HF_HUB_OFFLINE");
    var whole = client().get(ModelName.parse("org/parts"), events::add);
    assertEquals(3, names(whole.path().getParent()).size());
  }

  @Test
  void theTextThatPythonDownloadedIsUsed() throws IOException {
    offline();
    write("tokenizer.json", "tokenizer_config.json");
    assertEquals(COMMIT, client().get(name, Part.TEXT, events::add).commit());
    refused(REPO, "lacks config.json and model.safetensors, or a GGUF file, of commit");
  }

  @Test
  void aBrokenLinkIsMissing() throws IOException {
    var model = get();
    Files.delete(blob("model.safetensors", WEIGHTS));
    offline();
    refused(REPO, "lacks");
    environment.remove("HF_HUB_OFFLINE");
    assertEquals(model, get());
    assertWhole(model);
  }

  /** Whether more belongs to it cannot be known then, and what is needed is there. */
  @Test
  void withoutAServerWhatIsThereDoes() throws IOException {
    write("config.json", "model.safetensors");
    hub.hub(asks("/api/"), _ -> Reply.of(503).body(""));
    assertEquals(COMMIT, get().commit());
    assertTrue(notices().getLast().contains("using what is in the cache"), notices().toString());
  }

  @Test
  void aReferenceThatIsNoneIsUnknown() throws IOException {
    write("config.json", "model.safetensors");
    Files.writeString(repo().resolve("refs/main"), "../../..");
    offline();
    refused(REPO, "does not have it");
  }
}
