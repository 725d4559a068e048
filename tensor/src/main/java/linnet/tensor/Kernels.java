package linnet.tensor;

/** A group of a backend's primitives. */
public interface Kernels {
  /** The whole backend that this group is part of: what the fused definitions compute with. */
  Backend backend();
}
