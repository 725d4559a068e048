package linnet.sft.train;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import linnet.nn.io.ModelSource;
import linnet.sft.data.EncodedRow;

/** SHA-256 of what a run depends on, so that a state is not resumed on something else. */
public final class Fingerprint {
  private static final int SAMPLED_BYTES = 4096;

  private final MessageDigest digest;

  private Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  /** Of a text, such as settings printed in full. */
  public static String of(String text) {
    return new Fingerprint().add(text.getBytes(StandardCharsets.UTF_8)).hex();
  }

  /** Of rows: all ids, what is trained, and the lines, which dropout is drawn by, in order. */
  public static String of(List<EncodedRow> rows) {
    var result = new Fingerprint();
    for (var row : rows) {
      var ids = ByteBuffer.allocate(Long.BYTES + Integer.BYTES * row.ids().length).putLong(row.line());
      ids.asIntBuffer().put(row.ids());
      result.add(ids.array()).add(row.trained().toByteArray());
    }
    return result.hex();
  }

  /**
   * Of a model: its configuration, and name, type, shape and the first 4 KiB of every tensor. Reading all of
   * the weights would cost seconds; two models that agree in this much do not occur by accident.
   */
  public static String of(ModelSource source) {
    var result = new Fingerprint().add(source.config().value().toString().getBytes(StandardCharsets.UTF_8));
    source.tensors().specs().forEach((name, spec) -> {
      result.add(spec.toString().getBytes(StandardCharsets.UTF_8));
      var bytes = source.tensors().get(name).bytes();
      result.add(bytes.asSlice(0, Math.min(SAMPLED_BYTES, bytes.byteSize())));
    });
    return result.hex();
  }

  private Fingerprint add(byte[] bytes) {
    // its length first, so that parts cannot run together
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
    digest.update(bytes);
    return this;
  }

  private Fingerprint add(MemorySegment bytes) {
    return add(bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  private String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
