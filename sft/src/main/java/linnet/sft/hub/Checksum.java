package linnet.sft.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import linnet.nn.io.ContentHash;

/**
 * What a server has promised that a file's bytes are: the Hub names large files by their SHA-256 and small
 * ones by what git calls a blob, SHA-1 of a header and the bytes. Some mirrors have names of their own, which
 * promise nothing.
 */
enum Checksum {
  SHA256("[0-9a-f]{64}") {
    @Override
    MessageDigest begin(long size) {
      return ContentHash.sha256();
    }
  },
  GIT_BLOB("[0-9a-f]{40}") {
    @Override
    MessageDigest begin(long size) {
      try {
        var digest = MessageDigest.getInstance("SHA-1");
        digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        return digest;
      } catch (NoSuchAlgorithmException impossible) {
        throw new AssertionError("every Java platform has SHA-1", impossible);
      }
    }
  },
  NONE(".*") {
    @Override
    MessageDigest begin(long size) {
      return ContentHash.sha256();
    }
  };

  private final Pattern form;

  Checksum(String form) {
    this.form = Pattern.compile(form);
  }

  /** Which of them an etag is. */
  static Checksum of(String etag) {
    for (var checksum : values()) {
      if (checksum.form.matcher(etag).matches()) {
        return checksum;
      }
    }
    throw new AssertionError("the last form is any");
  }

  /** Begins to hash a file of {@code size} bytes. */
  abstract MessageDigest begin(long size);

  /** Whether the bytes that were hashed are those that were promised. */
  boolean holds(MessageDigest digest, String etag) {
    return this == NONE || HexFormat.of().formatHex(digest.digest()).equals(etag);
  }

}
