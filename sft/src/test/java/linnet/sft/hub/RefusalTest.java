package linnet.sft.hub;

import static linnet.sft.hub.FakeHub.REPO;
import static linnet.sft.hub.FakeHub.asks;
import static linnet.sft.hub.FakeHub.gets;
import static linnet.sft.hub.FakeHub.times;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.List;
import linnet.sft.hub.FakeServer.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that refuse, and what is said about it. */
class RefusalTest extends HubTestCase {
  private static final String API = "/api/models/";

  private void answering(Reply reply) {
    hub.hub(asks(API), _ -> reply);
  }

  @Test
  void aModelThatIsMissingOrPrivate() {
    refused("org/none", "org/none", "no such model", hub.origin(), "private", "token of HF_TOKEN may not");
    environment.remove("HF_TOKEN");
    refused("org/none", "no such model", "set HF_TOKEN (no token was sent)");
    answering(Reply.of(404).body("Not Found"));
    refused("org/none", "no such model");
    answering(Reply.of(401).body("Unauthorized"));
    refused("org/none", "no such model", "private");
  }

  @Test
  void aRevisionThatIsMissing() {
    refused(REPO + "@v9", "org/tiny", "no branch, tag or commit \"v9\"");
  }

  @Test
  void aFileThatIsListedAndMissing() {
    hub.hub(asks("/config.json"), _ -> Reply.of(404).with("X-Error-Code", "EntryNotFound").body(""));
    refused(REPO, "found no config.json");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aGatedModel(int status) {
    answering(Reply.of(status).with("X-Error-Code", "GatedRepo")
        .with("X-Error-Message", "Access is restricted").body(""));
    refused(REPO, "gated", "ask for it on " + hub.origin() + "/org/tiny", "token of HF_TOKEN");
    environment.remove("HF_TOKEN");
    refused(REPO, "gated", "no token was sent");
  }

  @Test
  void aGatedModelWhoseListIsOpen() {
    hub.hub(asks("/resolve/"), _ -> Reply.of(403).with("X-Error-Code", "GatedRepo").body(""));
    refused(REPO, "gated");
  }

  @Test
  void aTokenThatIsNotAccepted() {
    answering(Reply.of(401).with("X-Error-Message", "Invalid credentials in Authorization header").body(""));
    refused(REPO, "does not accept the token of HF_TOKEN");
  }

  @Test
  void accessThatIsForbidden() {
    answering(Reply.of(403).with("X-Error-Message", "your\tplan does not include it").body(""));
    refused(REPO, "403", "your plan", "token of HF_TOKEN is allowed");
  }

  @Test
  void anythingElse() {
    answering(Reply.of(418).with("X-Error-Message", "x".repeat(1000)).body(""));
    assertTrue(refused(REPO, "418", "xxx…").getMessage().length() < 400);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void aBusyServerIsAskedAgain(int status) {
    hub.hub(gets(API), times(2, _ -> Reply.of(status).body("")));
    hub.store(gets("/store/"), times(1, _ -> Reply.of(status).body("")));
    assertWhole(pull());
    assertEquals(List.of(1L, 2L, 1L), pauses.stream().map(Duration::toSeconds).toList());
    assertTrue(notices().getFirst().contains(hub.origin() + " answered " + status), notices().toString());
  }

  @Test
  void aBusyServerIsNotAskedForEver() {
    answering(Reply.of(503).body(""));
    assertInstanceOf(HubUnreachableException.class, refused(REPO, "answered 503 6 times", "later"));
    assertEquals(6, hub.hubRequests().size());
  }

  @Test
  void itIsWaitedAsLongAsTheServerSays() {
    var busy = Reply.of(429).body("");
    var replies = new ArrayDeque<>(List.of(busy.with("Retry-After", "soon"),
        busy.with("RateLimit", "\"api\";r=0;t=55"), busy.with("Retry-After", "7")));
    hub.hub(gets(API), reply -> replies.isEmpty() ? reply : replies.remove());
    pull();
    assertEquals(List.of(1L, 56L, 8L), pauses.stream().map(Duration::toSeconds).toList());
  }

  @Test
  void aDateIsWaitedFor() {
    var date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(30));
    hub.hub(gets(API), times(1, _ -> Reply.of(503).with("Retry-After", date).body("")));
    pull();
    long waited = pauses.getFirst().toSeconds();
    assertTrue(waited >= 25 && waited <= 31, "" + waited);
  }

  @Test
  void aServerThatAsksForTooMuchIsNotWaitedFor() {
    answering(Reply.of(429).with("Retry-After", "3600").body(""));
    refused(REPO, "429 (too many requests)", "wait for 3601 s");
    assertEquals(List.of(), pauses);
  }

  @Test
  void noServer() {
    environment.put("HF_ENDPOINT", "http://127.0.0.1:1");
    assertInstanceOf(HubUnreachableException.class, refused(REPO, "http://127.0.0.1:1 cannot be reached",
        "the cache " + settings().cache() + " does not have " + REPO + " either", "HTTPS_PROXY"));
    assertEquals(2, pauses.size());
  }

  @Test
  void aServerThatSaysNothing() {
    environment.put("HF_HUB_ETAG_TIMEOUT", "1");
    hub.hub(gets(API), reply -> {
      try {
        Thread.sleep(2500);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
      return reply;
    });
    refused(REPO, "no answer in time");
  }
}
