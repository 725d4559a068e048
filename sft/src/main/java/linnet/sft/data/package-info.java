/**
 * Rows of data on their way to the model: read from JSONL or CSV, rendered through the chat template, encoded
 * once with a mask of what is trained, ordered into batches, and laid end to end in flat micro-batches
 * without padding.
 */
package linnet.sft.data;
