package linnet.nn;

/**
 * What turns features into logits: logits(T,V) = h(T,D) · w(V,D)ᵀ. Not a {@link Projection}: losses take its
 * weight as it is, so that logits of all tokens never exist, and it carries no adapter.
 *
 * @param weight (V,D); the embedding's own object where the head is tied
 */
public record OutputHead(Param weight) implements Module {}
