/**
 * The backend that computes in F32 on native memory, with the Vector API where it is there.
 *
 * <p>{@link linnet.tensor.vector.VectorBackend} and the classes named for a family of primitives
 * ({@code MatMul}, {@code AttentionForward}, {@code LogProbs}, …) are written once, over the row-level
 * primitives of {@link linnet.tensor.vector.Lanes}, which exist twice: scalar and vector. Both compute the
 * same sequence of roundings for every element, so that the bits depend neither on the vector width nor on
 * the number of threads:
 * <ul>
 *   <li>element-wise functions are polynomials of our own over fused multiply-add ({@code ScalarMath}, {@code
 *       VectorMath});
 *   <li>sums have {@value linnet.tensor.vector.Tree#LANES} virtual lanes (element i goes to lane i mod 16),
 *       in {@code DotLanes} twice as many, combined in one fixed tree; sums over more than one row of
 *       {@value linnet.tensor.vector.Tree#CHUNK} elements add its chunks in order;
 *   <li>a matrix product sums each output along K in order, in blocks of a constant length; see
 *   {@code Panels};
 *   <li>work is cut into tiles that depend on shapes alone wherever a cut shows in the result.
 * </ul>
 */
package linnet.tensor.vector;
