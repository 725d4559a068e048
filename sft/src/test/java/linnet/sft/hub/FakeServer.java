package linnet.sft.hub;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An HTTP server on a port of its own that can misbehave in every way that a test wants. */
final class FakeServer implements AutoCloseable {
  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile Function<Request, Reply> behaviour = _ -> Reply.of(404);

  /**
   * What came.
   *
   * @param method GET or HEAD
   * @param target path and query
   * @param headers by names in lower case
   */
  record Request(String method, String target, Map<String, String> headers) {
    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * What goes.
   *
   * @param sent how many bytes of the body go before the connection is cut
   * @param pause where half of the body has gone
   */
  record Reply(int status, Map<String, String> headers, byte[] body, int sent, Duration pause) {
    static Reply of(int status) {
      return new Reply(status, new TreeMap<>(), new byte[0], 0, Duration.ZERO);
    }

    Reply with(String name, String value) {
      var more = new TreeMap<>(headers);
      more.put(name, value);
      return new Reply(status, more, body, sent, pause);
    }

    Reply body(byte[] bytes) {
      return new Reply(status, headers, bytes, bytes.length, pause).with("Content-Length", "" + bytes.length);
    }

    Reply body(String text) {
      return body(text.getBytes(StandardCharsets.UTF_8));
    }

    Reply cutAfter(int bytes) {
      return new Reply(status, headers, body, Math.min(bytes, body.length), pause);
    }

    Reply pausing(Duration time) {
      return new Reply(status, headers, body, sent, time);
    }

    Reply without(String name) {
      var fewer = new TreeMap<>(headers);
      fewer.remove(name);
      return new Reply(status, fewer, body, sent, pause);
    }
  }

  FakeServer() throws IOException {
    Thread.ofPlatform().daemon().name("fake-server").start(this::accept);
  }

  void behave(Function<Request, Reply> other) {
    behaviour = other;
  }

  Function<Request, Reply> behaviour() {
    return behaviour;
  }

  String origin() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  List<Request> requests() {
    return new ArrayList<>(requests);
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        var connection = socket.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection; var in = new BufferedInputStream(connection.getInputStream())) {
      for (var request = read(in); request.isPresent(); request = read(in)) {
        requests.add(request.get());
        if (!answer(connection, request.get(), behaviour.apply(request.get()))) {
          return;
        }
      }
    } catch (IOException broken) {
      // the client has gone
    }
  }

  private static Optional<Request> read(InputStream in) throws IOException {
    var first = line(in);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    var headers = new HashMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    var parts = first.split(" ");
    return Optional.of(new Request(parts[0], parts[1], headers));
  }

  private static String line(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        bytes.write(b);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Whether the connection can be used on. */
  private static boolean answer(Socket connection, Request request, Reply reply) throws IOException {
    var head = new StringBuilder("HTTP/1.1 " + reply.status() + " X\r\n");
    reply.headers().forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    boolean hasBody = !request.method().equals("HEAD");
    boolean isFramed = reply.headers().containsKey("Content-Length") || !hasBody;
    if (!isFramed) {
      head.append("Connection: close\r\n");
    }
    var out = connection.getOutputStream();
    out.write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    if (hasBody) {
      int half = reply.pause().isZero() ? reply.sent() : reply.sent() / 2;
      out.write(reply.body(), 0, half);
      out.flush();
      if (half < reply.sent()) {
        try {
          Thread.sleep(reply.pause());
        } catch (InterruptedException stopped) {
          return false;
        }
        out.write(reply.body(), half, reply.sent() - half);
        out.flush();
      }
    }
    return isFramed && (!hasBody || reply.sent() == reply.body().length
        && ("" + reply.body().length).equals(reply.headers().get("Content-Length")));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
