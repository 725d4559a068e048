package linnet.tensor.vector;

import java.util.Arrays;
import linnet.tensor.Tensor;

/**
 * Operands of one shape seen as equally many rows: dimensions that lie densely in every operand are merged,
 * and the last one that is left is the row. Rows are cut into pieces of at most {@link Tree#CHUNK} elements.
 *
 * @param sizes of the dimensions around a row
 * @param strides of each operand over these, in elements, [operand][dimension]
 * @param rowStrides of each operand along a row
 * @param row elements of a row
 */
record RowPlan(long[] sizes, long[][] strides, long[] rowStrides, long row) {
  /**
   * Pieces of a row come in the order of the first operand's memory; which one is computed first is
   * irrelevant.
   */
  static RowPlan anyOrder(Tensor... operands) {
    var first = operands[0];
    var dims = allDims(first);
    for (int i = 1; i < dims.length; i++) { // a stable sort of few: this runs for every op
      for (int j = i; j > 0 && first.stride(dims[j]) > first.stride(dims[j - 1]); j--) {
        int dim = dims[j];
        dims[j] = dims[j - 1];
        dims[j - 1] = dim;
      }
    }
    return of(dims, operands);
  }

  /** Pieces come in the order of the elements. */
  static RowPlan inOrder(Tensor... operands) {
    return of(allDims(operands[0]), operands);
  }

  private static int[] allDims(Tensor x) {
    var dims = new int[x.rank()];
    for (int d = 0; d < dims.length; d++) {
      dims[d] = d;
    }
    return dims;
  }

  private static RowPlan of(int[] dims, Tensor[] operands) {
    int count = operands.length;
    if (operands[0].elements() == 0) {
      return new RowPlan(new long[] {0}, new long[count][1], new long[count], 1); // no rows
    }
    var sizes = new long[dims.length + 1];
    var strides = new long[count][dims.length + 1];
    int used = 0;
    sizes[0] = 1; // a scalar is a row of one element
    for (int d : dims) {
      int size = operands[0].size(d);
      if (size == 1) {
        continue;
      }
      boolean merges = used > 0;
      for (int o = 0; o < count && merges; o++) {
        merges = strides[o][used - 1] == operands[o].stride(d) * size;
      }
      int at = merges ? used - 1 : used++;
      sizes[at] = merges ? sizes[at] * size : size;
      for (int o = 0; o < count; o++) {
        strides[o][at] = operands[o].stride(d);
      }
    }
    int outer = Math.max(0, used - 1);
    var rowStrides = new long[count];
    var outerStrides = new long[count][];
    for (int o = 0; o < count; o++) {
      rowStrides[o] = used == 0 ? 1 : strides[o][outer];
      outerStrides[o] = Arrays.copyOf(strides[o], outer);
    }
    return new RowPlan(Arrays.copyOf(sizes, outer), outerStrides, rowStrides, sizes[outer]);
  }

  /** Rows of the whole. */
  long rows() {
    long product = 1;
    for (long size : sizes) {
      product *= size;
    }
    return product;
  }

  /** Pieces of one row. */
  long piecesOfRow() {
    return (row + Tree.CHUNK - 1) / Tree.CHUNK;
  }

  /** Pieces of the whole. */
  long pieces() {
    return rows() * piecesOfRow();
  }

  /** Where the given row of an operand begins, in elements from its first. */
  long rowOffset(int operand, long rowIndex) {
    long offset = 0;
    for (int d = sizes.length - 1; d >= 0; d--) {
      offset += rowIndex % sizes[d] * strides[operand][d];
      rowIndex /= sizes[d];
    }
    return offset;
  }

  /** The elements of a piece of a row. */
  int pieceLength(long piece) {
    return (int) Math.min(Tree.CHUNK, row - piece * Tree.CHUNK);
  }
}
