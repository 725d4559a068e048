/** Reverse-mode automatic differentiation over {@code linnet.tensor}. */
module linnet.autograd {
  requires transitive linnet.tensor;

  exports linnet.autograd;
}
