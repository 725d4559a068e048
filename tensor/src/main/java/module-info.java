/** Tensors, memory scopes, and the backends that compute on them; depends on the JDK alone. */
module linnet.tensor {
  requires jdk.incubator.vector;

  exports linnet.tensor;
}
