package linnet.sft.hub;

import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file as the Hub promises it.
 *
 * @param path its path in the repository
 * @param etag what the Hub names its content by, and the cache its bytes
 * @param rawEtag the same as a condition of a request
 * @param size bytes
 */
record RemoteFile(String path, String etag, String rawEtag, long size) {
  /** The header of an answer that says itself how long the file is that it leads to. */
  static final String LINKED_SIZE = "X-Linked-Size";

  private static final Pattern FILE_NAME =
      Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?");

  /**
   * Reads the headers of an answer: those of a large file are about what the answer redirects to.
   *
   * @throws HubException if etag or size are missing, or the etag cannot be the name of a file
   */
  static RemoteFile of(String path, ModelName name, Answer answer) {
    var raw = rawEtag(answer.headers()).orElseThrow(() -> new HubException(name + ": " + path + ": "
        + answer.host() + " gives no etag; is HF_ENDPOINT the address of a Hugging Face Hub?"));
    var etag = normal(raw);
    if (!FILE_NAME.matcher(etag).matches() || etag.contains("..") || etag.endsWith(".incomplete")) {
      throw new HubException(name + ": " + path + ": " + answer.host()
          + " gives an etag that cannot be a file's name, \"" + etag.replaceAll("\\p{Cntrl}", "?") + "\"");
    }
    var size = answer.count(LINKED_SIZE);
    if (size.isEmpty() && !answer.isRedirect()) {
      size = answer.count("Content-Length");
    }
    return new RemoteFile(path, etag, raw, size.orElseThrow(() -> new HubException(name + ": " + path + ": "
        + answer.host() + " does not say how long it is")));
  }

  /** What the Hub names a content by; of a large file, that of the file and not of the answer. */
  static Optional<String> etag(HttpHeaders headers) {
    return rawEtag(headers).map(RemoteFile::normal);
  }

  private static Optional<String> rawEtag(HttpHeaders headers) {
    return headers.firstValue("X-Linked-Etag").or(() -> headers.firstValue("ETag"));
  }

  private static String normal(String raw) {
    return raw.strip().replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
  }

  Checksum checksum() {
    return Checksum.of(etag);
  }
}
