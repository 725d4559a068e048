package linnet.sft.hub;

import static linnet.sft.hub.FakeHub.REPO;
import static linnet.sft.hub.FakeHub.asks;
import static linnet.sft.hub.FakeHub.gets;
import static linnet.sft.hub.FakeHub.times;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads that do not go well. */
class BrokenDownloadTest extends HubTestCase {
  private static final String STORE = "/store/";

  private List<Optional<String>> ranges() {
    return hub.storeRequests().stream().map(request -> request.header("Range")).toList();
  }

  private byte[] other() {
    var other = WEIGHTS.clone();
    other[WEIGHTS.length / 2] ^= 1;
    return other;
  }

  private void begun(byte[] bytes) throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100_000, 299_999})
  void aConnectionThatBreaksIsGoneOnWith(int sent) {
    hub.store(gets(STORE), times(1, reply -> reply.cutAfter(sent)));
    assertWhole(pull());
    var ranges = ranges();
    assertEquals(2, ranges.size());
    // What arrives before a break is not always all that was sent.
    long from = Long.parseLong(ranges.get(1).orElse("bytes=0-").replaceAll("\\D", ""));
    assertTrue(from <= sent, ranges.toString());
    assertTrue(notices().getFirst().contains("broke after " + from + " of 300000 bytes"),
        notices().toString());
    assertFalse(notices().getFirst().contains("Exception"), notices().toString());
  }

  @Test
  void aListThatBreaksIsAskedForAgain() {
    hub.hub(gets("/api/"), times(2, reply -> reply.cutAfter(20)));
    assertWhole(pull());
    assertEquals(2, notices().size());
  }

  @Test
  void aListIsNotAskedForForEver() {
    hub.hub(gets("/api/"), reply -> reply.cutAfter(20));
    assertFalse(refused(REPO, REPO + ": the list of files did not come").getMessage().contains("Exception"));
    assertEquals(3, hub.hubRequests().size());
  }

  @Test
  void whatHasNotBegunLeavesNothing() throws IOException {
    hub.store(gets(STORE), _ -> FakeServer.Reply.of(403).body("expired"));
    refused(REPO, "403");
    assertEquals(List.of(), incomplete());
  }

  @Test
  void itBreaksAgainAndAgain() {
    hub.store(gets(STORE), times(20, reply -> reply.cutAfter(10_000)));
    assertWhole(pull());
  }

  @Test
  void itIsNotTriedForEver() throws IOException {
    hub.store(gets(STORE), reply -> reply.cutAfter(0));
    var refusal = refused(REPO, "model.safetensors", "broke 5 times", "after 0 of 300000 bytes");
    assertFalse(refusal.getMessage().contains("are kept"), refusal.getMessage());
    assertEquals(5, hub.storeRequests().size());
    assertEquals(List.of(1L, 2L, 4L, 8L), pauses.stream().map(Duration::toSeconds).toList());
  }

  @Test
  void oneByteAtATimeIsNotTriedForEverEither() {
    hub.store(gets(STORE), reply -> reply.cutAfter(1000));
    var message = refused(REPO, "model.safetensors", "broke", "times").getMessage();
    int requests = hub.storeRequests().size();
    assertTrue(requests <= 50 && message.contains("broke " + requests + " times")
        && message.contains("they are kept: the same command"), message);
  }

  @Test
  void whatAnEarlierProcessLeftIsGoneOnWith() throws IOException {
    begun(Arrays.copyOf(WEIGHTS, 123_456));
    assertWhole(pull());
    assertEquals(List.of(Optional.of("bytes=123456-")), ranges());
    assertTrue(events.contains(new PullEvent.Planned(ModelName.parse(REPO), 3,
        300_000 - 123_456 + CONFIG.length() + 2)), events.toString());
  }

  @Test
  void whatIsWholeAlreadyIsOnlyChecked() throws IOException {
    begun(WEIGHTS);
    assertWhole(pull());
    assertEquals(List.of(), ranges());
  }

  @Test
  void whatIsTooLongIsBegunAnew() throws IOException {
    begun(new byte[300_001]);
    assertWhole(pull());
    assertEquals(List.of(Optional.empty()), ranges());
  }

  @Test
  void whatAnEarlierProcessLeftDamagedIsBegunAnew() throws IOException {
    begun(Arrays.copyOf(other(), 200_000));
    assertWhole(pull());
    assertTrue(notices().getFirst().contains("damaged"), notices().toString());
  }

  @Test
  void aServerWithoutRangesSendsAll() throws IOException {
    begun(Arrays.copyOf(WEIGHTS, 1000));
    hub.store(gets(STORE), _ -> FakeServer.Reply.of(200).body(WEIGHTS));
    assertWhole(pull());
  }

  @Test
  void aServerThatRefusesTheRangeIsAskedForAll() throws IOException {
    begun(Arrays.copyOf(WEIGHTS, 1000));
    hub.store(gets(STORE), times(1, _ -> FakeServer.Reply.of(416).body("")));
    assertWhole(pull());
    assertEquals(List.of(Optional.of("bytes=1000-"), Optional.empty()), ranges());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes 999-299999/300000", "bytes 1000-299999/300001", "nonsense", "bytes 0-1/2"})
  void anotherRangeThanWasAskedForIsRefused(String range) throws IOException {
    begun(Arrays.copyOf(WEIGHTS, 1000));
    hub.store(gets(STORE), reply -> reply.with("Content-Range", range));
    refused(REPO, "model.safetensors", range, "from 1000");
    assertEquals(1000, Files.size(partial()));
  }

  @Test
  void wrongBytesAreRemovedAndTold() throws IOException {
    hub.store(gets(STORE), _ -> FakeServer.Reply.of(200).body(other()));
    refused(REPO, "model.safetensors", "not those", "SHA256", "removed");
    assertEquals(List.of(), incomplete());
    assertFalse(Files.exists(blob("model.safetensors", WEIGHTS)));
    assertFalse(Files.exists(repo().resolve("refs/main")), "the version is not there");
  }

  @Test
  void wrongBytesOfASmallFileAreFound() {
    hub.hub(gets("/config.json"), reply -> reply.body(CONFIG.replace("llama", "lloma")));
    refused(REPO, "config.json", "not those", "GIT_BLOB");
  }

  @Test
  void anotherLengthThanWasPromisedIsRefused() throws IOException {
    hub.store(gets(STORE), _ -> FakeServer.Reply.of(200).body(new byte[10]));
    refused(REPO, "sends 10 bytes", "300000");
    hub.store(gets(STORE), _ -> FakeServer.Reply.of(200).body(new byte[400_000]));
    refused(REPO, "sends 400000 bytes", "300000");
  }

  @Test
  void moreThanWasPromisedIsNotKept() throws IOException {
    hub.store(gets(STORE), _ -> FakeServer.Reply.of(200).body(new byte[400_000]).without("Content-Length"));
    refused(REPO, "more than the 300000 bytes");
    assertEquals(List.of(), incomplete());
  }

  @Test
  void lessThanWasPromisedIsGoneOnWith() {
    hub.store(gets(STORE), times(1, _ -> FakeServer.Reply.of(200).body(Arrays.copyOf(WEIGHTS, 5000))
        .without("Content-Length")));
    assertWhole(pull());
    assertEquals(List.of(Optional.empty(), Optional.of("bytes=5000-")), ranges());
    assertTrue(notices().getFirst().contains("ended early"), notices().toString());
  }

  @Test
  void aServerThatStandsStillIsLeft() {
    hub.store(gets(STORE), times(1, reply -> reply.pausing(Duration.ofSeconds(4))));
    assertWhole(pull());
    assertTrue(notices().getFirst().contains("nothing came for 1 s"), notices().toString());
    assertEquals(2, ranges().size());
  }

  @Test
  void aSlowServerIsWaitedFor() {
    environment.put("HF_HUB_DOWNLOAD_TIMEOUT", "10");
    environment.put("HF_HUB_ETAG_TIMEOUT", "1");
    hub.store(gets(STORE), reply -> reply.pausing(Duration.ofMillis(1500)));
    assertWhole(pull());
    assertEquals(List.of(), notices());
  }

  @Test
  void anotherContentThanAtFirstIsBegunAnew() {
    var newer = weights(300_000, 9);
    hub.hub(asks("/resolve/" + FakeHub.COMMIT + "/model.safetensors"), new UnaryOperator<>() {
      private int asked;

      @Override
      public FakeServer.Reply apply(FakeServer.Reply reply) {
        if (++asked == 1) {
          return reply.with("X-Linked-Etag", '"' + FakeHub.etag("model.safetensors", WEIGHTS) + '"');
        }
        hub.file(REPO, "model.safetensors", newer);
        return reply.with("X-Linked-Etag", '"' + FakeHub.etag("model.safetensors", newer) + '"');
      }
    });
    assertWhole(pull(), newer);
    assertTrue(notices().getFirst().contains("another content now"), notices().toString());
  }

  @Test
  void contentsThatKeepChangingAreRefused() {
    int[] asked = {0};
    hub.hub(asks("/model.safetensors"), reply -> reply.with("X-Linked-Etag", "\""
        + ("" + asked[0]++).repeat(64)
        .substring(0, 64) + "\""));
    refused(REPO, "another content now");
  }

  @Test
  void compressionThatWasNotAskedForIsRefused() {
    hub.hub(gets("/config.json"), reply -> reply.with("Content-Encoding", "gzip"));
    refused(REPO, "config.json", "compresses (gzip)");
  }

  @Test
  void aBlobOfAnotherSizeIsReplaced() throws IOException {
    var blob = blob("model.safetensors", WEIGHTS);
    Files.createDirectories(blob.getParent());
    Files.write(blob, new byte[5]);
    assertWhole(pull());
  }

  /** One downloads, the others wait; all find the model. */
  @Test
  void severalAtOnceDoNotDisturbEachOther() {
    hub.store(gets(STORE), reply -> reply.pausing(Duration.ofMillis(300)));
    var pulls = IntStream.range(0, 3).mapToObj(_ -> CompletableFuture.supplyAsync(() ->
        new Hub(settings()).pull(ModelName.parse(REPO), _ -> { }))).toList();
    // Only when all have ended is nothing half-finished: each writes down what the branch names.
    pulls.stream().map(CompletableFuture::join).toList().forEach(this::assertWhole);
    assertEquals(1, hub.storeRequests().size());
  }
}
