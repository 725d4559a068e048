package linnet.tensor.vector;

import linnet.tensor.vector.Workspace.Purpose;

/**
 * What the second left operand of a product with a low-rank update is made of: t(M,R) = a(M,K)·(scale·c(K,R)),
 * a the first one's.
 *
 * @param tiles that suit few columns
 * @param t where it is written
 * @param factor scale·c
 */
record LowRank(Panels tiles, Matrix t, PackedRight factor) {
  /** Packs the factor, in blocks of the product's length. */
  static LowRank pack(Panels tiles, Matrix t, Matrix c, float scale, int block, Workspace shared) {
    var room = tiles.right(shared, Purpose.RIGHT_2, c.columns(), c.rows(), block);
    var factor = tiles.packRight(c, room, shared);
    for (int i = 0; i < factor.padded() * factor.depth(); i++) {
      factor.data()[i] *= scale;
    }
    return new LowRank(tiles, t, factor);
  }

  /** Some rows of t, of those rows of a. */
  void multiply(int row, int count, PackedLeft a, Workspace workspace) {
    tiles.multiply(t.rowRange(row, count), a, factor, Update.REPLACE, workspace);
  }
}
