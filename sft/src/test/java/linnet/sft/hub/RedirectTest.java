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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the token goes, and where redirects lead. */
class RedirectTest extends HubTestCase {
  private void assertTokenStaysAtTheHub() {
    assertFalse(hub.hubRequests().isEmpty());
    for (var request : hub.storeRequests()) {
      assertTrue(request.headers().values().stream().noneMatch(value -> value.contains(TOKEN)),
          request.toString());
      assertFalse(request.target().contains(TOKEN));
    }
  }

  @Test
  void theTokenGoesToTheHubAndNowhereElse() {
    assertWhole(pull());
    assertEquals(1, hub.storeRequests().size());
    assertTokenStaysAtTheHub();
    hub.hubRequests().forEach(request -> assertEquals(Optional.of("Bearer " + TOKEN),
        request.header("Authorization")));
  }

  @Test
  void aRelativeRedirectKeepsTheToken() {
    hub.hub(asks("/resolve/" + FakeHub.COMMIT + "/config.json"), times(2, reply ->
        FakeServer.Reply.of(307).with("Location", "/" + REPO + "/resolve/main/config.json").body("")));
    assertWhole(pull());
    var last = hub.hubRequests().stream().filter(request -> request.target().contains("/main/config.json"))
        .toList();
    assertEquals(2, last.size(), "once for the headers, once for the bytes");
    assertEquals(Optional.of("Bearer " + TOKEN), last.getLast().header("Authorization"));
  }

  /** Another name of the same machine is another host; so is another port; so is what comes after it. */
  @Test
  void aRedirectBackDoesNotBringTheTokenBack() {
    hub.store(gets("/store/"), times(1, reply -> FakeServer.Reply.of(302)
        .with("Location", hub.origin() + "/again").body("")));
    hub.hub(asks("/again"), _ -> FakeServer.Reply.of(302)
        .with("Location", hub.storeOrigin() + "/store/org/tiny/model.safetensors").body(""));
    assertWhole(pull());
    var again = hub.hubRequests().stream().filter(request -> request.target().equals("/again")).toList();
    assertEquals(1, again.size());
    assertEquals(Optional.empty(), again.getFirst().header("Authorization"));
    assertTokenStaysAtTheHub();
  }

  @Test
  void anotherNameOfTheHostIsAnotherHost() {
    hub.hub(gets("/api/"), times(1, reply -> FakeServer.Reply.of(302)
        .with("Location", hub.origin().replace("127.0.0.1", "localhost")
        + "/api/models/org/tiny/revision/main").body("")));
    assertWhole(pull());
    var moved = hub.hubRequests().stream()
        .filter(request -> request.header("Host").orElse("").startsWith("localhost")).toList();
    assertEquals(1, moved.size());
    assertEquals(Optional.empty(), moved.getFirst().header("Authorization"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "http://user:pass@127.0.0.1/",
      "http:// a", "http://127.0.0.1:99999/",
      "javascript:alert(1)"})
  void whatIsNoAddressIsNotFollowed(String location) {
    hub.hub(gets("/api/"), _ -> FakeServer.Reply.of(302).with("Location", location).body(""));
    refused(REPO, "redirects to what is no address");
  }

  @Test
  void whatIsNoAddressIsNotFollowedForAFileEither() {
    hub.hub(gets("/resolve/"), _ -> FakeServer.Reply.of(302).with("Location", "http://127.0.0.1:99999/").body(""));
    refused(REPO, "redirects to what is no address");
  }

  /** Such an answer does not say what it leads to, as one does that leads to a store. */
  @Test
  void aHubThatHasMovedIsFollowedWithoutTheToken() throws IOException {
    try (var old = new FakeServer()) {
      old.behave(request -> FakeServer.Reply.of(308).with("Location", hub.origin() + request.target()).body(""));
      environment.put("HF_ENDPOINT", old.origin());
      assertWhole(pull());
      assertEquals(Optional.of("Bearer " + TOKEN), old.requests().getLast().header("Authorization"));
      hub.hubRequests().forEach(request -> assertEquals(Optional.empty(), request.header("Authorization")));
      assertTokenStaysAtTheHub();
    }
  }

  @Test
  void theHostThatDoesNotAnswerIsTheOneThatIsTold() {
    hub.hub(gets("/resolve/"), _ -> FakeServer.Reply.of(302).with("Location", "http://127.0.0.1:1/x").body(""));
    refused(REPO, "http://127.0.0.1:1 cannot be reached");
  }

  @Test
  void redirectsEnd() {
    hub.hub(gets("/api/"), _ -> FakeServer.Reply.of(302).with("Location", "/api/models/round").body(""));
    refused(REPO, "more than 10 times");
    assertEquals(11, hub.hubRequests().size());
  }

  @Test
  void withoutATokenNoneIsSent() {
    for (var variables : List.of(List.of("HF_TOKEN", ""), List.of("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))) {
      environment.put(variables.get(0), variables.get(1));
      pull();
    }
    hub.hubRequests().forEach(request -> assertEquals(Optional.empty(), request.header("Authorization")));
  }

  @Test
  void theTokenIsReadFromItsFile() throws IOException {
    environment.remove("HF_TOKEN");
    Files.createDirectories(folder.resolve("home"));
    Files.writeString(folder.resolve("home/token"), " hf_fromFile\r\n");
    pull();
    assertEquals(Optional.of("Bearer hf_fromFile"), hub.hubRequests().getLast().header("Authorization"));
    environment.put("HF_TOKEN_PATH", Files.writeString(folder.resolve("other"), "hf_other").toString());
    pull();
    assertEquals(Optional.of("Bearer hf_other"), hub.hubRequests().getLast().header("Authorization"));
    environment.put("HF_TOKEN_PATH", folder.toString());
    refused(REPO, folder.toString(), "token cannot be read");
  }

  /** A header that cannot be sent would otherwise be told with its value. */
  @Test
  void aTokenThatIsNoneIsNotTold() {
    environment.put("HF_TOKEN", TOKEN + "\u00e9 two");
    refused(REPO, "HF_TOKEN", "characters");
  }

  @Test
  void aServerThatRepeatsTheTokenIsNotRepeated() {
    hub.hub(gets("/api/"), _ -> FakeServer.Reply.of(403).with("X-Error-Message", "Bearer " + TOKEN
        + " is bad").body(""));
    refused(REPO, "403", "(token) is bad", "HF_TOKEN");
  }

  /** What is no header is told by the JDK as it came. */
  @Test
  void aServerThatRepeatsTheTokenInMalformedHeadersIsNotRepeatedEither() {
    hub.hub(gets("/api/"), reply -> reply.with("X-Error-Message", "to \u001b[31m" + TOKEN));
    refused(REPO, hub.origin() + " cannot be reached: what it answers is not HTTP");
  }

  @Test
  void theAddressOfAStoreIsToldWithoutItsSignature() {
    hub.store(asks("/store/"), _ -> FakeServer.Reply.of(403).body("expired"));
    refused(REPO, hub.storeOrigin() + ", where the Hub sends for it, answered 403");
    assertTrue(Path.of(environment.get("HF_HOME")).toFile().exists());
  }
}
