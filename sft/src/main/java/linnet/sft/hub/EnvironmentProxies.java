package linnet.sft.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Proxies as {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY} name them. */
final class EnvironmentProxies extends ProxySelector {
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.[0-9.]+|\\[::1]");

  private final Map<String, InetSocketAddress> proxyOf;
  private final List<String> direct;

  private EnvironmentProxies(Map<String, InetSocketAddress> proxyOf, List<String> direct) {
    this.proxyOf = proxyOf;
    this.direct = direct;
  }

  /**
   * Those of an environment.
   *
   * @return the proxies, or empty where it names none or the JVM has its own ({@code -Dhttps.proxyHost})
   * @throws HubException if one is not an address, or needs a password
   */
  static Optional<ProxySelector> of(Map<String, String> environment) {
    if (System.getProperty("https.proxyHost") != null || System.getProperty("http.proxyHost") != null
        || System.getProperty("socksProxyHost") != null) {
      return Optional.empty();
    }
    var proxies = new HashMap<String, InetSocketAddress>();
    for (var scheme : List.of("http", "https")) {
      variable(environment, scheme + "_proxy").or(() -> variable(environment, "all_proxy"))
          .ifPresent(proxy -> proxies.put(scheme, proxy));
    }
    if (proxies.isEmpty()) {
      return Optional.empty();
    }
    var direct = new ArrayList<String>();
    for (var host : value(environment, "no_proxy").orElse("").toLowerCase(Locale.ROOT).split(",")) {
      if (!host.isBlank()) {
        direct.add(host.strip().replaceFirst("^\\*?\\.", ""));
      }
    }
    return Optional.of(new EnvironmentProxies(Map.copyOf(proxies), List.copyOf(direct)));
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .filter(v -> !v.isBlank());
  }

  private static Optional<InetSocketAddress> variable(Map<String, String> environment, String name) {
    return value(environment, name).map(text -> address(name.toUpperCase(Locale.ROOT), text.strip()));
  }

  /** The value may hold a password, so no message repeats it. */
  private static InetSocketAddress address(String name, String text) {
    try {
      var uri = new URI(text.contains("://") ? text : "http://" + text);
      if (uri.getRawUserInfo() != null) {
        throw new HubException(name + ": found a proxy with a password, which is not supported; expected"
            + " http://host:port");
      }
      if (uri.getHost() != null && uri.getScheme().equalsIgnoreCase("http") && uri.getPort() <= HubHttp.MOST_PORT) {
        return InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort());
      }
    } catch (URISyntaxException malformed) {
      // told below
    }
    throw new HubException(name + ": found no address of a proxy; expected http://host:port");
  }

  @Override
  public List<Proxy> select(URI uri) {
    var proxy = proxyOf.get(uri.getScheme().toLowerCase(Locale.ROOT));
    return List.of(proxy == null || isDirect(uri) ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP,
        new InetSocketAddress(proxy.getHostString(), proxy.getPort())));
  }

  private boolean isDirect(URI uri) {
    var host = uri.getHost().toLowerCase(Locale.ROOT);
    var withPort = host + ":" + uri.getPort();
    return LOOPBACK.matcher(host).matches()
        || direct.stream().anyMatch(suffix -> suffix.equals("*") || host.equals(suffix)
        || host.endsWith("." + suffix) || withPort.equals(suffix));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // the request fails with it
  }
}
