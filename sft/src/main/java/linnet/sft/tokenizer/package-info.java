/**
 * Tokenizers: text to token ids with offsets, and back.
 *
 * <p>{@link linnet.sft.tokenizer.Tokenizer} is the door: load it from a Hugging Face folder or from the
 * metadata of a GGUF file, or train one with {@link linnet.sft.tokenizer.BpeTrainer}. A tokenizer is a chain
 * of parts, each a sealed interface of records named as in {@code tokenizer.json}:
 *
 * <ol>
 *   <li>{@link linnet.sft.tokenizer.AddedToken added tokens} are found in the text first;
 *   <li>a {@code Normalizer} rewrites what lies between them;
 *   <li>a {@code PreTokenizer} cuts it into words;
 *   <li>the byte-pair model {@code BpeModel} turns each word into ids;
 *   <li>a {@code PostProcessor} trims offsets and adds special tokens;
 *   <li>a {@code Decoder} turns ids back into text.
 * </ol>
 *
 * <p>Ids and offsets agree with the Python library {@code tokenizers}; offsets are UTF-16 indices of the
 * Java string given.
 */
package linnet.sft.tokenizer;
