package linnet.sft.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The environment variables of huggingface_hub; the paths were read off its {@code constants}. */
class HubSettingsTest {
  private static HubSettings of(Map<String, String> environment) {
    return HubSettings.of(environment, "/home/me");
  }

  @Test
  void theCacheIsWherePythonHasIt() {
    assertEquals(Path.of("/home/me/.cache/huggingface/hub"), of(Map.of()).cache());
    assertEquals(Path.of("/root/.cache/huggingface/hub"), of(Map.of("HOME", "/root")).cache());
    assertEquals(Path.of("/x/huggingface/hub"), of(Map.of("XDG_CACHE_HOME", "/x")).cache());
    assertEquals(Path.of("/h/hub"), of(Map.of("HF_HOME", "/h", "XDG_CACHE_HOME", "/x")).cache());
    assertEquals(Path.of("/c"), of(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c")).cache());
    assertEquals(Path.of("/old"), of(Map.of("HUGGINGFACE_HUB_CACHE", "/old")).cache());
    assertEquals(Path.of("/home/me/hf/hub"), of(Map.of("HF_HOME", "~/hf")).cache());
    assertEquals(Path.of("/data/hf/hub"), of(Map.of("HF_HOME", "$DATA/${SUB}", "DATA", "/data", "SUB", "hf"))
        .cache());
    assertEquals(Path.of("/home/me/.cache/huggingface/hub"), of(Map.of("HF_HOME", "", "HF_HUB_CACHE", ""))
        .cache());
  }

  @Test
  void theEndpointIsAMirrorsWithItsPath() {
    assertEquals(URI.create("https://huggingface.co"), of(Map.of()).endpoint());
    assertEquals(URI.create("http://mirror:8080/hf"), of(Map.of("HF_ENDPOINT", "http://mirror:8080/hf//"))
        .endpoint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"huggingface.co", "ftp://x", "https://", "https://me:secret@host", "https://h?q",
      "https://h#f", "https://h:99999",
      "https://a b", "file:///x"})
  void anEndpointThatIsNoneIsRefused(String endpoint) {
    var refusal = assertThrows(HubException.class, () -> of(Map.of("HF_ENDPOINT", endpoint)));
    assertTrue(refusal.getMessage().startsWith("HF_ENDPOINT: found " + (endpoint.contains("@") ? "an address"
        : "\"" + endpoint + "\"")) && refusal.getMessage().contains("begins with https:// or http://"),
        refusal.getMessage());
    assertFalse(refusal.getMessage().contains("secret"));
  }

  @ParameterizedTest
  @CsvSource({"1,true", "on,true", "YES,true", "True,true", "0,false", "no,false", "2,false"})
  void offlineIsReadAsPythonDoes(String value, boolean offline) {
    assertEquals(offline, of(Map.of("HF_HUB_OFFLINE", value)).isOffline());
    assertEquals(offline, of(Map.of("TRANSFORMERS_OFFLINE", value)).isOffline());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "ten", "1.5"})
  void aTimeoutThatIsNoneIsRefused(String value) {
    var refusal = assertThrows(HubException.class,
        () -> of(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", value)).stallTimeout());
    assertTrue(refusal.getMessage().contains(value));
  }

  @Test
  void proxiesAreThoseOfTheEnvironment() {
    var proxies = of(Map.of("HTTPS_PROXY", "http://proxy:3128", "http_proxy", "other:80",
        "NO_PROXY", "inside.org, .local ,*.lan,host:99")).proxies();
    assertEquals("proxy:3128", address(proxies.select(URI.create("https://huggingface.co/x")).getFirst()));
    assertEquals("other:80", address(proxies.select(URI.create("http://huggingface.co/x")).getFirst()));
    for (var direct : new String[] {"https://inside.org/x", "https://a.inside.org", "http://a.local",
        "http://a.lan",
        "https://host:99/", "http://127.0.0.1:5", "http://localhost", "http://[::1]:8"}) {
      assertEquals(Proxy.NO_PROXY, proxies.select(URI.create(direct)).getFirst(), direct);
    }
    assertEquals("proxy:3128", address(proxies.select(URI.create("https://notinside.org")).getFirst()));
    assertEquals("a:1", address(of(Map.of("ALL_PROXY", "http://a:1")).proxies()
        .select(URI.create("https://x")).getFirst()));
  }

  private static String address(Proxy proxy) {
    var address = (InetSocketAddress) proxy.address();
    return address.getHostString() + ":" + address.getPort();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://me:secret@proxy:1", "socks5://secret:1", "http://se cret",
      "http://secret:99999"})
  void aProxyThatIsNotSupportedIsRefusedWithoutItsPassword(String proxy) {
    var refusal = assertThrows(HubException.class, () -> of(Map.of("HTTPS_PROXY", proxy)).proxies());
    assertTrue(refusal.getMessage().startsWith("HTTPS_PROXY"));
    assertFalse(refusal.getMessage().contains("secret"));
  }
}
