package linnet.sft.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Requests to the Hub. Redirects are followed here and not by the JDK's client, since the token must go to
 * the Hub's own scheme, host and port and nowhere else; and what has been redirected elsewhere once gets it
 * no more. A busy server is asked again, later.
 */
final class HubHttp implements AutoCloseable {
  private static final int MOST_REDIRECTS = 10;
  private static final Set<Integer> BUSY = Set.of(408, 429, 500, 502, 503, 504);
  private static final int MOST_TRIES = 6;
  private static final int MOST_CONNECTS = 3;
  /** The JDK takes an address with a higher port for one, and fails when it is asked. */
  static final int MOST_PORT = 0xffff;

  /** The host that was asked last, which a redirect may have led to, has not answered. */
  private static final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    NoAnswerException(URI uri, IOException cause) {
      super(Answer.host(uri) + " cannot be reached: " + reason(cause), cause);
    }
  }

  private final HttpClient client;
  private final HubSettings settings;
  private final Optional<Token> token;
  private final Pauses pauses;
  private final Consumer<String> notices;

  /**
   * A client.
   *
   * @param notices is told why it takes longer
   */
  HubHttp(HubSettings settings, Pauses pauses, Consumer<String> notices) {
    this.settings = settings;
    this.pauses = pauses;
    this.notices = notices;
    token = settings.token();
    client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER)
        .version(HttpClient.Version.HTTP_1_1) // all that is gained by 2 is many requests at once
        .proxy(settings.proxies()).connectTimeout(settings.answerTimeout()).build();
  }

  Optional<Token> token() {
    return token;
  }

  /** Asks for headers; the answer may be a redirect to another host, which says what it leads to. */
  Answer head(URI uri) {
    return send("HEAD", uri, Map.of());
  }

  /** Asks for content, wherever it lies. */
  Answer get(URI uri, Map<String, String> headers) {
    return send("GET", uri, headers);
  }

  private Answer send(String method, URI uri, Map<String, String> headers) {
    int unanswered = 0;
    for (int tries = 1;; tries++) {
      Duration pause;
      String problem;
      try {
        var answer = follow(method, uri, headers);
        if (!BUSY.contains(answer.status())) {
          return answer;
        }
        answer.close();
        problem = answer.host() + " answered " + answer.status()
            + (answer.status() == 429 ? " (too many requests)" : "");
        pause = pauses.after(tries, answer.headers());
        if (tries == MOST_TRIES || pause.compareTo(Pauses.LONGEST) > 0) {
          throw new HubUnreachableException(problem + (tries == MOST_TRIES ? " " + tries + " times"
              : " and asks to wait for " + pause.toSeconds() + " s") + "; try again later");
        }
      } catch (NoAnswerException failed) {
        problem = failed.getMessage();
        pause = pauses.after(tries);
        if (++unanswered == MOST_CONNECTS || failed.getCause() instanceof SSLException) {
          throw new HubUnreachableException(problem);
        }
      }
      notices.accept(problem + "; trying again in " + pause.toSeconds() + " s");
      pauses.pause(pause);
    }
  }

  private static String reason(IOException failed) {
    return switch (failed) {
      case HttpTimeoutException _ -> "no answer in time";
      // The JDK's words for it repeat what came, be it the token or what moves a terminal's cursor.
      case ProtocolException _ -> "what it answers is not HTTP";
      case ConnectException unknown when unknown.getCause() != null
          && unknown.getCause().getCause() instanceof UnresolvedAddressException ->
          "there is no host of this name";
      case ConnectException _ -> "no connection to it";
      case SSLException secure -> "no secure connection: " + secure.getMessage();
      default -> failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    };
  }

  private Answer follow(String method, URI start, Map<String, String> headers) throws NoAnswerException {
    var hub = settings.endpoint();
    var uri = start;
    boolean isHubs = isSameOrigin(uri, hub);
    HttpHeaders hubHeaders = null;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      var answer = once(method, uri, headers, isHubs, hubHeaders);
      hubHeaders = answer.hubHeaders();
      if (!answer.isRedirect()) {
        return answer;
      }
      var target = target(answer);
      boolean staysHubs = isHubs && isSameOrigin(target, hub);
      if (method.equals("HEAD") && !isSameOrigin(target, uri)
          && answer.headers().firstValue(RemoteFile.LINKED_SIZE).isPresent()) {
        return answer; // it says itself what it leads to, as a Hub that has moved to another host does not
      }
      answer.close();
      isHubs = staysHubs;
      uri = target;
    }
    throw new HubException(Answer.host(start) + " redirects more than " + MOST_REDIRECTS + " times; is "
        + "HF_ENDPOINT the address of a Hugging Face Hub?");
  }

  private Answer once(String method, URI uri, Map<String, String> headers, boolean isHubs,
      HttpHeaders hubHeaders) throws NoAnswerException {
    var request = HttpRequest.newBuilder(uri).timeout(settings.answerTimeout())
        .method(method, HttpRequest.BodyPublishers.noBody())
        .header("User-Agent", "linnet; java/" + Runtime.version().feature())
        .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    if (isHubs) {
      token.ifPresent(known -> request.header("Authorization", known.header()));
    }
    try {
      var response = client.send(request.build(), BodyHandlers.ofPublisher());
      return new Answer(response.statusCode(), response.headers(), uri,
          isHubs ? response.headers() : hubHeaders, isHubs,
          BodyReader.of(response.body(), settings.stallTimeout()));
    } catch (IOException failed) {
      throw new NoAnswerException(uri, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HubException("interrupted");
    }
  }

  private static URI target(Answer answer) {
    return address(answer, answer.header("Location").orElseThrow()).orElseThrow(() ->
        new HubException(answer.host() + " redirects to what is no address of a server"));
  }

  /** The address that a server leads to, or empty where that is none that can be asked. */
  static Optional<URI> address(Answer answer, String text) {
    try {
      return Optional.of(answer.uri().resolve(text)).filter(HubHttp::isServers);
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static boolean isServers(URI uri) {
    var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    return Set.of("http", "https").contains(scheme) && uri.getHost() != null && uri.getUserInfo() == null
        && uri.getPort() <= MOST_PORT;
  }

  private static boolean isSameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
