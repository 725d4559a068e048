package linnet.sft.hub;

import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where models come from and where they are kept: the environment variables of {@code huggingface_hub}. */
public final class HubSettings {
  private static final String PUBLIC = "https://huggingface.co";
  private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
  private static final int SECONDS = 10; // until a server that says nothing is given up

  private final Map<String, String> environment;
  private final String userHome;
  private final URI endpoint;
  private final Path home;
  private final Path cache;

  private HubSettings(Map<String, String> environment, String userHome) {
    this.environment = environment;
    this.userHome = value("HOME").orElse(userHome);
    endpoint = endpoint(value("HF_ENDPOINT").orElse(PUBLIC));
    home = path("HF_HOME").orElseGet(() -> path("XDG_CACHE_HOME")
        .orElseGet(() -> Path.of(this.userHome, ".cache")).resolve("huggingface"));
    cache = path("HF_HUB_CACHE").or(() -> path("HUGGINGFACE_HUB_CACHE")).orElseGet(() -> home.resolve("hub"))
        .toAbsolutePath().normalize();
  }

  /**
   * Reads {@code HF_ENDPOINT}, {@code HF_HOME}, {@code HF_HUB_CACHE}, {@code XDG_CACHE_HOME}, {@code
   * HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_SYMLINKS}, {@code HF_HUB_ETAG_TIMEOUT}, {@code
   * HF_HUB_DOWNLOAD_TIMEOUT}, {@code HTTPS_PROXY} and its like; and, when a server is asked, {@code
   * HF_TOKEN}, {@code HF_TOKEN_PATH} and {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}.
   *
   * @param environment the variables
   * @param userHome the user's folder, where {@code HOME} is not among them
   * @return the settings
   * @throws HubException if the endpoint is no address
   */
  public static HubSettings of(Map<String, String> environment, String userHome) {
    return new HubSettings(Map.copyOf(environment), userHome);
  }

  /**
   * Those of this process.
   *
   * @return the settings
   */
  public static HubSettings ofProcess() {
    return of(System.getenv(), System.getProperty("user.home"));
  }

  /**
   * The server.
   *
   * @return its address, without a slash at the end
   */
  public URI endpoint() {
    return endpoint;
  }

  /**
   * Where models are kept.
   *
   * @return the folder
   */
  public Path cache() {
    return cache;
  }

  /**
   * Whether no server may be asked.
   *
   * @return whether {@code HF_HUB_OFFLINE} says so
   */
  public boolean isOffline() {
    return value("HF_HUB_OFFLINE").or(() -> value("TRANSFORMERS_OFFLINE")).filter(HubSettings::isYes)
        .isPresent();
  }

  /** Whether files of a snapshot may be links to what holds their bytes. */
  boolean usesLinks() {
    return !isYes(value("HF_HUB_DISABLE_SYMLINKS").orElse(""));
  }

  /** How long a server may take to answer. */
  Duration answerTimeout() {
    return seconds("HF_HUB_ETAG_TIMEOUT");
  }

  /** How long a download may stand still. */
  Duration stallTimeout() {
    return seconds("HF_HUB_DOWNLOAD_TIMEOUT");
  }

  /** What is sent to the Hub, if there is one and it may be sent unasked. */
  Optional<Token> token() {
    if (isYes(value("HF_HUB_DISABLE_IMPLICIT_TOKEN").orElse(""))) {
      return Optional.empty();
    }
    return variableToken("HF_TOKEN").or(() -> variableToken("HUGGING_FACE_HUB_TOKEN"))
        .or(() -> Token.read(path("HF_TOKEN_PATH").orElseGet(() -> home.resolve("token"))));
  }

  private Optional<Token> variableToken(String name) {
    return value(name).flatMap(value -> Token.of(value, name));
  }

  /** The way to servers: proxies of the environment, unless the JVM was told of some. */
  ProxySelector proxies() {
    return EnvironmentProxies.of(environment).orElseGet(ProxySelector::getDefault);
  }

  private static URI endpoint(String text) {
    // What stands before an @ may be a password.
    Supplier<HubException> refusal = () -> new HubException("HF_ENDPOINT: found " + (text.contains("@")
        ? "an address with a user" : "\"" + text + "\"") + ", expected the address of a server that begins with"
        + " https:// or http:// and has no user, query or fragment, such as " + PUBLIC);
    try {
      var uri = new URI(text.replaceAll("/+$", ""));
      var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (!Set.of("http", "https").contains(scheme) || uri.getHost() == null || uri.getRawUserInfo() != null
          || uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getPort() > HubHttp.MOST_PORT) {
        throw refusal.get();
      }
      return uri;
    } catch (URISyntaxException malformed) {
      throw refusal.get();
    }
  }

  private Duration seconds(String name) {
    var text = value(name).orElse("" + SECONDS);
    try {
      int seconds = Integer.parseInt(text.strip());
      if (seconds > 0) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException noNumber) {
      // told below
    }
    throw new HubException(name + ": found \"" + text + "\", expected a number of seconds above 0");
  }

  private static boolean isYes(String value) {
    return YES.contains(value.toUpperCase(Locale.ROOT));
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** With {@code ~} and {@code $VARIABLE} replaced, as Python does it. */
  private Optional<Path> path(String name) {
    return value(name).map(text -> {
      var home = text.equals("~") || text.startsWith("~/") ? userHome + text.substring(1) : text;
      return Path.of(VARIABLE.matcher(home).replaceAll(match -> {
        var variable = match.group(1) == null ? match.group(2) : match.group(1);
        return Matcher.quoteReplacement(environment.getOrDefault(variable, match.group()));
      }));
    });
  }
}
