package linnet.nn.io;

import java.util.ArrayList;
import java.util.List;
import linnet.tensor.Tensor;

/** Parts of a tensor that are small enough to be copied out one by one, however large the whole is. */
public final class TensorSlices {
  /** A megabyte of F32, and whole blocks of any quantised type. */
  private static final int LIMIT = 1 << 18;

  private TensorSlices() {}

  /**
   * Views of at most 2^18 elements, together all elements in the order of the rows. Tensors of one shape are
   * cut in the same places.
   *
   * @param tensor any tensor
   * @return its parts, in order
   */
  public static List<Tensor> of(Tensor tensor) {
    return of(tensor, LIMIT);
  }

  static List<Tensor> of(Tensor tensor, int limit) {
    var slices = new ArrayList<Tensor>();
    addTo(slices, tensor, limit);
    return slices;
  }

  private static void addTo(List<Tensor> slices, Tensor tensor, int limit) {
    if (tensor.elements() <= limit) {
      slices.add(tensor);
      return;
    }
    int rows = tensor.size(0);
    long row = tensor.elements() / rows;
    if (row > limit) {
      for (int i = 0; i < rows; i++) {
        addTo(slices, tensor.select(0, i), limit);
      }
      return;
    }
    int height = (int) (limit / row);
    for (long from = 0; from < rows; from += height) {
      slices.add(tensor.slice(0, (int) from, (int) Math.min(rows, from + height)));
    }
  }
}
