/**
 * Model files: safetensors and GGUF, read by mapping them into memory and written atomically; a model in
 * either form seen through Hugging Face's names; conversion between the two.
 */
package linnet.nn.io;
