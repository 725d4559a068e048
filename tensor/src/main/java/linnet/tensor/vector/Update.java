package linnet.tensor.vector;

/** What a product does to what it finds in its output. */
enum Update {
  REPLACE, ADD
}
