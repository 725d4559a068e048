package linnet.sft.hub;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import linnet.nn.json.Json;
import linnet.sft.hub.FakeServer.Reply;
import linnet.sft.hub.FakeServer.Request;

/**
 * A Hub and, on another port, the store that it redirects to for large files: the parts of the protocol that
 * {@code huggingface_hub} uses for downloads.
 */
final class FakeHub implements AutoCloseable {
  static final String REPO = "org/tiny";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final Pattern API = Pattern.compile("/api/models/(.+?)/(revision|tree)/([^?]+)(\\?.*)?");
  private static final Pattern RESOLVE = Pattern.compile("/(.+?)/resolve/([^/]+)/(.+)");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");

  private final FakeServer hub = new FakeServer();
  private final FakeServer store = new FakeServer();
  private final Map<String, Map<String, byte[]>> repos = new HashMap<>();
  private final Map<String, String> commits = new HashMap<>();

  FakeHub() throws IOException {
    hub.behave(this::answer);
    store.behave(this::give);
  }

  /** Adds a file to a repository; large ones are kept in the store. */
  FakeHub file(String repo, String path, byte[] bytes) {
    repos.computeIfAbsent(repo, _ -> new TreeMap<>()).put(path, bytes);
    commits.putIfAbsent(repo, COMMIT);
    return this;
  }

  FakeHub file(String path, String text) {
    return file(REPO, path, text.getBytes(StandardCharsets.UTF_8));
  }

  FakeHub remove(String path) {
    repos.get(REPO).remove(path);
    return this;
  }

  void commit(String commit) {
    commits.put(REPO, commit);
  }

  /** Changes what the Hub answers to some requests. */
  void hub(Predicate<Request> which, UnaryOperator<Reply> change) {
    change(hub, which, change);
  }

  /** Changes what the store answers. */
  void store(Predicate<Request> which, UnaryOperator<Reply> change) {
    change(store, which, change);
  }

  private static void change(FakeServer server, Predicate<Request> which, UnaryOperator<Reply> change) {
    var before = server.behaviour();
    server.behave(request -> {
      var reply = before.apply(request);
      return which.test(request) ? change.apply(reply) : reply;
    });
  }

  /** The first {@code count} times only. */
  static UnaryOperator<Reply> times(int count, UnaryOperator<Reply> change) {
    var left = new int[] {count};
    return reply -> {
      synchronized (left) {
        return left[0]-- > 0 ? change.apply(reply) : reply;
      }
    };
  }

  static Predicate<Request> gets(String part) {
    return request -> request.method().equals("GET") && request.target().contains(part);
  }

  static Predicate<Request> asks(String part) {
    return request -> request.target().contains(part);
  }

  String origin() {
    return hub.origin();
  }

  String storeOrigin() {
    return store.origin();
  }

  List<Request> hubRequests() {
    return hub.requests();
  }

  List<Request> storeRequests() {
    return store.requests();
  }

  static boolean isLarge(String path) {
    return path.endsWith(".safetensors") || path.endsWith(".gguf") || path.endsWith(".bin");
  }

  static String etag(String path, byte[] bytes) {
    return isLarge(path) ? hash("SHA-256", bytes)
        : hash("SHA-1", ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII), bytes);
  }

  private static String hash(String algorithm, byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance(algorithm);
      for (var part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private Reply answer(Request request) {
    var target = URLDecoder.decode(request.target(), StandardCharsets.UTF_8);
    var api = API.matcher(target);
    if (api.matches()) {
      return known(api.group(1), api.group(3)) ? list(api.group(1), api.group(2)) : missing(api.group(1));
    }
    var resolve = RESOLVE.matcher(target);
    if (!resolve.matches()) {
      return Reply.of(404).body("no such page");
    }
    var repo = resolve.group(1);
    if (!known(repo, resolve.group(2))) {
      return missing(repo);
    }
    var bytes = repos.get(repo).get(resolve.group(3));
    if (bytes == null) {
      return Reply.of(404).with("X-Error-Code", "EntryNotFound").with("X-Repo-Commit", commits.get(repo))
          .body("none");
    }
    return file(repo, resolve.group(3), bytes, request);
  }

  private boolean known(String repo, String revision) {
    return repos.containsKey(repo) && List.of("main", commits.get(repo)).contains(revision);
  }

  private Reply missing(String repo) {
    return repos.containsKey(repo) ? Reply.of(404).with("X-Error-Code", "RevisionNotFound")
        .body("no revision")
        : Reply.of(401).with("X-Error-Code", "RepoNotFound").with("X-Error-Message", "Repository not found")
        .body("no");
  }

  private Reply list(String repo, String what) {
    var files = repos.get(repo).entrySet().stream().map(file -> {
      var object = Json.object();
      if (what.equals("revision")) {
        return (Json) object.put("rfilename", file.getKey()).build();
      }
      object.put("type", "file").put("path", file.getKey()).put("size", file.getValue().length)
          .put("oid", hash("SHA-1", file.getValue()));
      if (isLarge(file.getKey())) {
        object.put("lfs", Json.object().put("oid", etag(file.getKey(), file.getValue()))
            .put("size", file.getValue().length).put("pointerSize", 134));
      }
      return (Json) object.build();
    }).toList();
    var json = what.equals("tree") ? Json.of(files)
        : Json.object().put("id", repo).put("sha", commits.get(repo)).put("siblings", files).build();
    return Reply.of(200).with("Content-Type", "application/json").body(json.toString());
  }

  private Reply file(String repo, String path, byte[] bytes, Request request) {
    var etag = etag(path, bytes);
    if (!isLarge(path)) {
      return part(bytes, request).with("ETag", "\"" + etag + "\"").with("X-Repo-Commit", commits.get(repo));
    }
    return Reply.of(302).with("X-Repo-Commit", commits.get(repo)).with("X-Linked-Etag", "\"" + etag + "\"")
        .with("X-Linked-Size", "" + bytes.length).with("ETag", "\"of the redirect\"")
        .with("Location", store.origin() + "/store/" + repo + "/" + path + "?signature=SIGNED").body("moved");
  }

  private Reply give(Request request) {
    var target = request.target().replaceAll("\\?.*", "");
    for (var repo : repos.entrySet()) {
      for (var file : repo.getValue().entrySet()) {
        if (target.equals("/store/" + repo.getKey() + "/" + file.getKey())) {
          return part(file.getValue(), request).with("ETag", "\"of the store\"");
        }
      }
    }
    return Reply.of(404).body("no such object");
  }

  private static Reply part(byte[] bytes, Request request) {
    var range = RANGE.matcher(request.header("Range").orElse(""));
    if (!range.matches()) {
      return Reply.of(200).body(bytes);
    }
    int start = Integer.parseInt(range.group(1));
    if (start >= bytes.length) {
      return Reply.of(416).with("Content-Range", "bytes */" + bytes.length).body("");
    }
    return Reply.of(206).with("Content-Range", "bytes " + start + "-" + (bytes.length - 1) + "/"
        + bytes.length)
        .body(Arrays.copyOfRange(bytes, start, bytes.length));
  }

  @Override
  public void close() throws IOException {
    hub.close();
    store.close();
  }
}
