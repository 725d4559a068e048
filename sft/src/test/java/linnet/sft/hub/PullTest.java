package linnet.sft.hub;

import static linnet.sft.hub.FakeHub.COMMIT;
import static linnet.sft.hub.FakeHub.REPO;
import static linnet.sft.hub.FakeHub.asks;
import static linnet.sft.hub.FakeHub.gets;
import static linnet.sft.hub.FakeHub.times;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pull takes, and the cache that it leaves. */
class PullTest extends HubTestCase {
  @Test
  void takesWhatIsNeededAndNothingElse() throws IOException {
    var model = pull();
    assertWhole(model);
    assertEquals(Set.of("config.json", "model.safetensors", "tokenizer.json"), names(model.path()));
    assertEquals(COMMIT, model.commit());
    assertEquals(REPO, model.name().toString());
  }

  @Test
  void leavesTheCacheOfHuggingFaceHub() throws IOException {
    var model = pull();
    assertEquals(repo().resolve("snapshots").resolve(COMMIT), model.path());
    assertEquals(COMMIT, Files.readString(repo().resolve("refs/main")));
    assertEquals(Path.of("../../blobs/" + FakeHub.etag("model.safetensors", WEIGHTS)),
        Files.readSymbolicLink(model.path().resolve("model.safetensors")));
    assertEquals(Path.of("../../blobs/" + FakeHub.etag("config.json",
        CONFIG.getBytes(StandardCharsets.UTF_8))),
        Files.readSymbolicLink(model.path().resolve("config.json")));
    assertTrue(Files.exists(repo().resolve(".no_exist").resolve(COMMIT).resolve("generation_config.json")));
    assertTrue(Files.readString(folder.resolve("home/hub/CACHEDIR.TAG"))
        .startsWith("Signature: 8a477f597d28d17"));
    assertEquals(Set.of(".locks", "CACHEDIR.TAG", "models--org--tiny"), names(folder.resolve("home/hub")));
  }

  @Test
  void copiesWhereLinksAreNotWanted() throws IOException {
    environment.put("HF_HUB_DISABLE_SYMLINKS", "1");
    var model = pull();
    assertFalse(Files.isSymbolicLink(model.path().resolve("model.safetensors")));
    assertWhole(model);
  }

  @Test
  void aSecondPullAsksForTheCommitAlone() {
    pull();
    int before = hub.hubRequests().size();
    assertWhole(pull());
    assertEquals(before + 1, hub.hubRequests().size());
    assertEquals(1, hub.storeRequests().size());
  }

  @Test
  void aCommitThatIsThereIsNotAskedForAtAll() {
    pull(REPO + "@" + COMMIT);
    int before = hub.hubRequests().size();
    pull(REPO + "@" + COMMIT);
    assertEquals(before, hub.hubRequests().size());
  }

  @Test
  void aNewCommitTakesTheContentsThatAreThere() throws IOException {
    pull();
    var commit = "f".repeat(40);
    hub.commit(commit);
    hub.file("config.json", "{}");
    var model = pull();
    assertEquals(commit, model.commit());
    assertEquals("{}", Files.readString(model.path().resolve("config.json")));
    assertEquals(CONFIG, Files.readString(repo().resolve("snapshots").resolve(COMMIT)
        .resolve("config.json")));
    assertEquals(1, hub.storeRequests().size(), "the weights are the same");
    assertEquals(commit, Files.readString(repo().resolve("refs/main")));
  }

  @Test
  void shardsAreThoseOfTheIndex() throws IOException {
    var shards = List.of(weights(1000, 2), weights(2000, 3));
    hub.remove("model.safetensors").file("model.safetensors.index.json", """
        {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors",
         "c": "model-00001-of-00002.safetensors"}}""")
        .file(REPO, "model-00001-of-00002.safetensors", shards.get(0))
        .file(REPO, "model-00002-of-00002.safetensors", shards.get(1))
        .file(REPO, "model-00003-of-00003.safetensors", weights(10, 4));
    var model = pull();
    assertArrayEquals(shards.get(1), Files.readAllBytes(model.path()
        .resolve("model-00002-of-00002.safetensors")));
    assertEquals(5, names(model.path()).size());
    assertTrue(events.stream().anyMatch(event -> event.equals(new PullEvent.Planned(model.name(), 5, 3000))),
        events.toString());
  }

  @Test
  void aShardThatLeadsElsewhereIsRefused() {
    hub.remove("model.safetensors")
        .file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../../evil.safetensors\"}}");
    refused(REPO, "weight_map", "evil");
  }

  @Test
  void aGgufFileIsTakenByItsName() throws IOException {
    hub.file(REPO, "tiny.Q8_0.gguf", WEIGHTS).file(REPO, "tiny.Q4_0.gguf", weights(10, 5));
    var model = pull(REPO + "/tiny.Q8_0.gguf");
    assertEquals("tiny.Q8_0.gguf", model.path().getFileName().toString());
    assertArrayEquals(WEIGHTS, Files.readAllBytes(model.path()));
    assertEquals(Set.of("tiny.Q8_0.gguf"), names(model.path().getParent()));
    refused(REPO + "/other.gguf", "other.gguf", "tiny.Q4_0.gguf, tiny.Q8_0.gguf");
  }

  @Test
  void oneGgufFileNeedsNoName() {
    hub.file("org/only", "sub/only.gguf", weights(10, 5));
    var model = pull("org/only");
    assertTrue(model.path().endsWith("sub/only.gguf"), model.path().toString());
    assertEquals(model, client().get(model.name(), events::add));
    int before = hub.hubRequests().size();
    client().get(model.name(), events::add);
    assertEquals(before, hub.hubRequests().size(), "it is known that there is nothing else");
    hub.file("org/two", "a.gguf", WEIGHTS).file("org/two", "b.gguf", WEIGHTS);
    refused("org/two", "2 GGUF files", "--file", "a.gguf, b.gguf");
  }

  @Test
  void aGgufModelInPartsIsTakenWhole() throws IOException {
    for (int part = 1; part <= 3; part++) {
      hub.file(REPO, part(part), weights(1000 * part, part));
    }
    hub.file(REPO, "q/big-00001-of-00002.gguf", WEIGHTS).file(REPO, "tiny.gguf", WEIGHTS);
    refused("org/tiny/other.gguf", "its GGUF files: q/big-00001-of-00002.gguf, sub/big-00001-of-00003.gguf, tiny.gguf");
    var model = pull(REPO + "/" + part(1));
    assertTrue(model.path().endsWith(part(1)), model.path().toString());
    for (int part = 1; part <= 3; part++) {
      assertArrayEquals(weights(1000 * part, part),
          Files.readAllBytes(model.path().resolveSibling(Path.of(part(part)).getFileName())));
    }
    assertEquals(3, names(model.path().getParent()).size());
    assertTrue(events.stream().anyMatch(event -> event.equals(new PullEvent.Planned(model.name(), 3, 6000))),
        events.toString());
    int before = hub.hubRequests().size();
    assertEquals(model, client().get(model.name(), events::add));
    assertEquals(before, hub.hubRequests().size());
  }

  /** A server's list of files is not to be trusted: what it names is to lie in the repository's own folder. */
  @Test
  void namesThatLeadElsewhereAreRefused() throws IOException {
    for (var file : List.of("../../../../evil-0000%d-of-00002.gguf", "/evil-0000%d-of-00002.gguf",
        "a/../../b.gguf")) {
      var repo = "org/evil" + file.length();
      for (int part = 1; part <= (file.contains("%d") ? 2 : 1); part++) {
        hub.file(repo, file.formatted(part), WEIGHTS);
      }
      refused(repo, "the names of its files", "no '..'");
    }
  }

  @Test
  void aPartThatIsNotHereIsFetchedAlone() throws IOException {
    for (int part = 1; part <= 3; part++) {
      hub.file("org/parts", part(part), weights(1000 * part, part));
    }
    hub.store(gets("/store/org/parts/" + part(2)), times(6, reply -> reply.cutAfter(0)));
    hub.store(request -> request.target().contains(part(2)) && request.header("Range").isEmpty(),
        times(1, reply -> reply.cutAfter(700)));
    refused("org/parts", "sub/big-00002-of-00003.gguf", "same command");
    environment.put("HF_HUB_OFFLINE", "1");
    refused("org/parts", "does not have it");
    environment.remove("HF_HUB_OFFLINE");
    int before = hub.storeRequests().size();
    var model = pull("org/parts");
    assertEquals(List.of("bytes=700-", ""), hub.storeRequests().stream().skip(before)
        .map(request -> request.header("Range").orElse("")).toList(), "the second is gone on with");
    Files.delete(model.path().resolveSibling("big-00002-of-00003.gguf"));
    environment.put("HF_HUB_OFFLINE", "1");
    refused("org/parts", "lacks sub/big-00002-of-00003.gguf of commit");
    refused("org/parts/" + part(1), "lacks sub/big-00002-of-00003.gguf of commit");
    environment.remove("HF_HUB_OFFLINE");
    assertEquals(model, client().get(model.name(), events::add));
    assertArrayEquals(weights(2000, 2), Files.readAllBytes(model.path().resolveSibling("big-00002-of-00003.gguf")));
  }

  private static String part(int number) {
    return "sub/big-0000" + number + "-of-00003.gguf";
  }

  @Test
  void whatIsNoModelIsRefused() {
    hub.file("org/pickle", "config.json", WEIGHTS).file("org/pickle", "pytorch_model.bin", WEIGHTS);
    refused("org/pickle", ".bin", "safetensors");
    hub.file("org/none", "README.md", WEIGHTS);
    refused("org/none", "no model", "README.md");
    hub.file("org/bare", "model.safetensors", WEIGHTS);
    refused("org/bare", "config.json");
    hub.file("org/parts", "big-00001-of-00003.gguf", WEIGHTS).file("org/parts", "big-00003-of-00003.gguf", WEIGHTS);
    refused("org/parts", "found no file big-00002-of-00003.gguf in it, expected all 3 parts");
    refused("org/parts/big-00001-of-00003.gguf", "found no file big-00002-of-00003.gguf in it");
    refused("org/parts/big-00001-of-00002.gguf", "found no file big-00001-of-00002.gguf");
    assertFalse(Files.exists(folder.resolve("home")), "nothing was begun");
  }

  @Test
  void anAdapterNamesItsBase() throws IOException {
    hub.file("org/adapter", "adapter_model.safetensors", WEIGHTS).file("org/adapter", "adapter_config.json",
        "{\"base_model_name_or_path\": \"org/tiny\", \"revision\": null}".getBytes(StandardCharsets.UTF_8));
    var adapter = pull("org/adapter");
    assertEquals(Set.of("adapter_config.json", "adapter_model.safetensors"), names(adapter.path()));
    assertEquals(ModelName.parse("org/tiny"), Hub.base(adapter.path()).orElseThrow());
    assertTrue(Hub.base(pull().path()).isEmpty(), "no adapter");
    Files.writeString(folder.resolve("adapter_config.json"),
        "{\"base_model_name_or_path\": \"org/tiny\", \"revision\": \"v1\"}");
    assertEquals("org/tiny@v1", Hub.base(folder).orElseThrow().toString());
    Files.writeString(folder.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"/\"}");
    assertTrue(Hub.base(folder).isEmpty(), "a path that exists");
    Files.writeString(folder.resolve("adapter_config.json"), "{\"base_model_name_or_path\":"
        + " \"/gone/hub/models--org--tiny/snapshots/" + COMMIT + "\"}");
    assertEquals(REPO + "@" + COMMIT, Hub.base(folder).orElseThrow().toString(),
        "the cache of another machine");
  }

  @Test
  void theNameOfASnapshotIsKnown() {
    var model = pull();
    assertEquals(REPO + "@" + COMMIT, Hub.nameOf(model.path()).orElseThrow().toString());
    assertEquals(REPO + "/a.gguf@" + COMMIT, Hub.nameOf(model.path().resolve("a.gguf")).orElseThrow()
        .toString());
    assertTrue(Hub.nameOf(folder).isEmpty());
  }

  @Test
  void progressAddsUp() {
    pull();
    var last = new ArrayList<PullEvent.Progress>();
    long planned = 0;
    for (var event : events) {
      if (event instanceof PullEvent.Progress progress) {
        last.add(progress);
        assertTrue(progress.bytes() <= progress.size());
        assertEquals(planned, progress.received() + progress.left());
      } else if (event instanceof PullEvent.Planned plan) {
        planned = plan.bytes();
      }
    }
    assertEquals(WEIGHTS.length + CONFIG.length() + 2, planned);
    assertEquals(0, last.getLast().left());
  }

  @Test
  void aServerOfOtherEtagsIsBelieved() {
    hub.hub(asks("/resolve/"), reply -> reply.without("X-Linked-Etag")
        .with("ETag", "W/\"" + reply.body().length + "-64ab\"")); // no two files have the same length
    var model = pull();
    assertWhole(model);
    assertTrue(events.contains(new PullEvent.Done("config.json", CONFIG.length(), false)), events.toString());
  }

  /** As a mirror may that gives the commit alone; the files are on a page each. */
  @Test
  void theListMayComeInPages() {
    var names = List.of("config.json", "tokenizer.json", "model.safetensors");
    hub.hub(asks("/api/"), reply -> reply.body("{\"sha\": \"" + COMMIT + "\"}"));
    for (int page = 0; page < names.size(); page++) {
      var body = "[{\"type\": \"file\", \"path\": \"" + names.get(page) + "\"}, {\"type\": \"directory\"}]";
      var link = "</api/models/org/tiny/tree/" + COMMIT + "?recursive=true&cursor=" + (page + 1)
          + ">; rel=\"next\"";
      boolean isLast = page == names.size() - 1;
      hub.hub(asks(page == 0 ? "/tree/" : "cursor=" + page), reply -> isLast
          ? reply.without("Link").body(body)
          : reply.with("Link", link).body(body));
    }
    assertWhole(pull());
    hub.hub(asks("/tree/"), reply -> reply.with("Link", "</api/models/org/tiny/tree/main>; rel=\"next\"")
        .body("[]"));
    hub.commit("e".repeat(40));
    hub.hub(asks("/revision/"), reply -> reply.body("{\"sha\": \"" + "e".repeat(40) + "\"}"));
    refused(REPO, "no end");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http:///x", "file:///etc/passwd", "http://user:pass@127.0.0.1/", "http:// a"})
  void aNextPageIsOnAServer(String link) {
    hub.hub(asks("/api/"), reply -> reply.body("{\"sha\": \"" + COMMIT + "\"}"));
    hub.hub(asks("/tree/"), reply -> reply.with("Link", "<" + link + ">; rel=\"next\"").body("[]"));
    refused(REPO, "goes on at what is no address of a server");
  }

  @Test
  void allPagesTogetherAreBounded() {
    hub.hub(asks("/api/"), reply -> reply.body("{\"sha\": \"" + COMMIT + "\"}"));
    hub.hub(asks("/tree/"), reply -> reply.with("Link", "</api/models/org/tiny/tree/main>; rel=\"next\"")
        .body("[" + " ".repeat(33 << 20) + "]"));
    refused(REPO, "more than 67108864 bytes on all its pages");
  }

  @Test
  void oddEtagsAreRefused() {
    for (var etag : List.of("\"../../../etc/passwd\"", "\"a/b\"", "\"\"", "\"x.incomplete\"", "\"..\"",
        "\"-rf\"")) {
      hub.hub(asks("/resolve/"), times(1, reply -> reply.with("ETag", etag)));
      refused(REPO, "etag");
    }
  }

  @Test
  void otherAnswersThanAHubsAreRefused() {
    hub.hub(asks("/api/"), times(1, reply -> reply.body("<html>hello</html>")));
    refused(REPO, "list of files", "HF_ENDPOINT");
    hub.hub(asks("/api/"), times(1, reply -> reply.body("{\"sha\": \"../..\", \"siblings\": []}")));
    refused(REPO, "sha", "commit");
    hub.hub(asks("/resolve/"), times(1, reply -> reply.with("X-Repo-Commit", "a".repeat(40))));
    refused(REPO, "config.json", "another commit");
    hub.hub(asks("/resolve/"), times(1, reply -> reply.without("Content-Length")));
    refused(REPO, "config.json", "how long");
    hub.hub(asks("/resolve/"), times(1, reply -> reply.without("ETag")));
    refused(REPO, "config.json", "no etag");
  }

  @Test
  void whatDoesNotFitIsRefusedBefore() {
    hub.hub(asks("/resolve/" + COMMIT + "/model.safetensors"), reply ->
        reply.with("X-Linked-Size", "9000000000000000"));
    refused(REPO, "needs 9,000,000,000,000,025 bytes more", "are free");
    assertEquals(0, hub.storeRequests().size());
  }
}
