package linnet.sft.train;

import java.nio.ByteBuffer;
import java.util.List;
import linnet.nn.io.ContentHash;
import linnet.nn.io.ModelSource;
import linnet.sft.data.EncodedRow;

/** SHA-256 of what a run depends on, so that a state is not resumed on something else. */
public final class Fingerprint {
  private static final int SAMPLED_BYTES = 4096;

  private Fingerprint() {}

  /** Of a text, such as settings printed in full. */
  public static String of(String text) {
    return new ContentHash().add(text).hex();
  }

  /** Of rows: all ids, what is trained, and the lines, which dropout is drawn by, in order. */
  public static String of(List<EncodedRow> rows) {
    var result = new ContentHash();
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
    var result = new ContentHash().add(source.config().value().toString());
    source.tensors().specs().forEach((name, spec) -> {
      result.add(spec.toString());
      var bytes = source.tensors().get(name).bytes();
      result.add(bytes.asSlice(0, Math.min(SAMPLED_BYTES, bytes.byteSize())));
    });
    return result.hex();
  }
}
