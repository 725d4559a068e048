/**
 * Tensors and the backends that compute on them.
 *
 * <p>A {@link linnet.tensor.Tensor} is a view of memory that belongs to a {@link linnet.tensor.Backend} and
 * lives as long as its {@link linnet.tensor.Scope}. The reference backend defines every primitive in plain
 * F64 loops; the vector backend computes in F32 on the Vector API. Results depend neither on the number of
 * threads nor on the vector width.
 */
package linnet.tensor;
