package linnet.nn.quant;

import java.nio.file.Path;
import linnet.nn.WeightLayout;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.StoredTensor;
import linnet.tensor.Codec;

/**
 * A stored weight read as (N,K), whatever its layout. One that lies as (K,N) is turned as a whole when it is
 * opened; others are decoded piece by piece.
 */
final class OutInMatrix {
  private final Path file;
  private final StoredTensor stored;
  private final int rows;
  private final int columns;
  private final float[] turned;

  OutInMatrix(Path file, StoredTensor stored, WeightLayout layout) {
    this.file = file;
    this.stored = stored;
    boolean asStored = layout == WeightLayout.OUT_IN;
    this.rows = stored.shape().size(asStored ? 0 : 1);
    this.columns = stored.shape().size(asStored ? 1 : 0);
    this.turned = asStored ? null : turned();
  }

  /** N. */
  int rows() {
    return rows;
  }

  /** K. */
  int columns() {
    return columns;
  }

  long elements() {
    return (long) rows * columns;
  }

  /** {@code out[0…n)} = elements [element, element + n), row by row. */
  void read(long element, float[] out, int n) {
    if (turned == null) {
      Codec.decode(stored.dtype(), stored.bytes(), element, out, 0, n);
    } else {
      System.arraycopy(turned, (int) element, out, 0, n);
    }
  }

  /** What is wrong with this weight. */
  ModelFormatException error(String problem) {
    return new ModelFormatException(file, stored.name(), problem);
  }

  private float[] turned() {
    var result = new float[Math.toIntExact(elements())];
    var row = new float[rows];
    for (int k = 0; k < columns; k++) {
      Codec.decode(stored.dtype(), stored.bytes(), (long) k * rows, row, 0, rows);
      for (int n = 0; n < rows; n++) {
        result[n * columns + k] = row[n];
      }
    }
    return result;
  }
}
