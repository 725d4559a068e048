package linnet.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import linnet.nn.io.ContentHash;
import linnet.nn.json.Json;

/**
 * As much of a Hub as it takes to pull one model, {@code org/tiny}, whose files lie in a folder; slowly, if it
 * is to be caught at it.
 */
final class FolderHub implements AutoCloseable {
  static final String COMMIT = "89abcdef".repeat(5);

  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Path folder;
  private volatile boolean isSlow;

  FolderHub(Path folder) throws IOException {
    this.folder = folder;
    Thread.ofPlatform().daemon().name("folder-hub").start(this::accept);
  }

  String endpoint() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  /** From now on of each content only the first half comes soon. */
  void slow(boolean slow) {
    isSlow = slow;
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
    try (connection; var in = new BufferedReader(new InputStreamReader(connection.getInputStream(),
        StandardCharsets.ISO_8859_1))) {
      var request = in.readLine();
      int start = 0;
      for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        start = line.startsWith("Range: ") ? Integer.parseInt(line.replaceAll("\\D", "")) : start;
      }
      requests.add(request + " from " + start);
      answer(connection, request.split(" ")[0], request.split(" ")[1], start);
    } catch (IOException | InterruptedException gone) {
      // the client has gone
    }
  }

  private void answer(Socket connection, String method, String target, int start)
      throws IOException, InterruptedException {
    var file = folder.resolve(target.replaceFirst("^/org/tiny/resolve/" + COMMIT + "/", "")).normalize();
    if (target.matches("/api/models/org/tiny/revision/(main|" + COMMIT + ")")) {
      send(connection, method, "200 OK", "", list());
    } else if (target.startsWith("/org/tiny/resolve/" + COMMIT) && Files.isRegularFile(file)) {
      var bytes = Files.readAllBytes(file);
      var headers = "ETag: \"" + HexFormat.of().formatHex(ContentHash.sha256().digest(bytes)) + "\"\r\n"
          + "X-Repo-Commit: " + COMMIT + "\r\nContent-Range: bytes " + start + "-" + (bytes.length - 1) + "/"
          + bytes.length + "\r\n";
      send(connection, method, start > 0 ? "206 Part" : "200 OK", headers,
          Arrays.copyOfRange(bytes, start, bytes.length));
    } else {
      send(connection, method, "401 No", "X-Error-Code: RepoNotFound\r\n", new byte[0]);
    }
  }

  private byte[] list() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      var names = files.map(file -> Json.object().put("rfilename", file.getFileName().toString()).build())
          .toList();
      return Json.object().put("sha", COMMIT).put("siblings", names).build().toString()
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  private void send(Socket connection, String method, String status, String headers, byte[] body)
      throws IOException, InterruptedException {
    var out = connection.getOutputStream();
    out.write(("HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length
        + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    if (method.equals("GET")) {
      out.write(body, 0, body.length / 2);
      out.flush();
      if (isSlow && body.length > 20_000) {
        Thread.sleep(60_000);
      }
      out.write(body, body.length / 2, body.length - body.length / 2);
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
