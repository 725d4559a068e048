package linnet.sft.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server answered in the end.
 *
 * @param status the HTTP status
 * @param headers its headers
 * @param uri the address that gave it; its query may be a signature, and is not for messages
 * @param hubHeaders the headers of the last answer from the Hub itself, before another host was asked
 * @param isHubs whether the Hub itself gave it
 * @param body its bytes
 */
record Answer(int status, HttpHeaders headers, URI uri, HttpHeaders hubHeaders, boolean isHubs,
    BodyReader body)
    implements AutoCloseable {
  boolean isRedirect() {
    return status >= 300 && status < 400 && header("Location").isPresent();
  }

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /** A header that counts bytes. */
  OptionalLong count(String name) {
    return count(headers, name);
  }

  static OptionalLong count(HttpHeaders headers, String name) {
    var text = headers.firstValue(name).orElse("").strip();
    return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }

  /** Who answered, for messages. */
  String host() {
    return host(uri);
  }

  /** Scheme, host and port alone: what comes behind may be secret. */
  static String host(URI uri) {
    return uri.getScheme().toLowerCase(Locale.ROOT) + "://" + uri.getHost()
        + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
  }

  @Override
  public void close() {
    body.close();
  }
}
