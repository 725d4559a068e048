/**
 * Models by name from the Hugging Face Hub or a mirror of it: {@link linnet.sft.hub.Hub} finds them in the
 * cache that {@code huggingface_hub} keeps too, and downloads what is missing into it.
 *
 * <p>Names of endpoints, headers, files and environment variables are those of {@code huggingface_hub}. A
 * token goes to the host it was meant for and to no other; downloads go on where they were broken off, are
 * checked against the hash that the server has promised, and appear in the cache whole or not at all.
 */
package linnet.sft.hub;
