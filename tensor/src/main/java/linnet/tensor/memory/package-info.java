/**
 * Native memory for backends that compute on segments: one pool a backend, in large chunks that are asked of
 * the system once and reused by every scope. {@link linnet.tensor.memory.Region} decides where things lie
 * without touching memory, so that a plan made from shapes alone finds the very same places.
 */
package linnet.tensor.memory;
