/**
 * A small strict JSON reader and writer (RFC 8259), so that no module needs a library for it.
 *
 * <p>{@link linnet.nn.json.Json} is the tree: a sealed interface of six records, made by {@code Json.parse}
 * or by {@link linnet.nn.json.ObjectBuilder}. {@link linnet.nn.json.JsonCursor} reads typed values out of a
 * tree and names the file and the field in every error.
 */
package linnet.nn.json;
