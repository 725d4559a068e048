/**
 * The reference backend: every simple primitive as a plain loop over {@code double[]}, and through the
 * default methods of the kernel interfaces the definition of every fused one. Made to be read and to be
 * right, for small tensors; nothing here is fast.
 */
package linnet.tensor.reference;
