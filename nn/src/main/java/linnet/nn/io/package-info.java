/**
 * Model files: safetensors and GGUF, read by mapping them into memory and written atomically; a model in
 * either form seen through Hugging Face's names. What GGUF says of each family is data, {@link
 * linnet.nn.io.GgufFamilies}.
 */
package linnet.nn.io;
