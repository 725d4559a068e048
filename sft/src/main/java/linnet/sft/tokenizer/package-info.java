/**
 * Tokenizers: text to token ids with offsets, and back.
 *
 * <p>{@link linnet.sft.tokenizer.Tokenizer} is the door: load it from a Hugging Face folder or from the
 * metadata of a GGUF file, or train one with {@link linnet.sft.tokenizer.BpeTrainer}. A tokenizer is a chain
 * of parts, each a sealed interface of records named as in {@code tokenizer.json}:
 *
 * <ol>
 *   <li>{@link linnet.sft.tokenizer.AddedToken added tokens} are found in the text first, also those that
 *       {@code tokenizer_config.json} declares ({@code DeclaredTokens});
 *   <li>a {@code Normalizer} rewrites what lies between them;
 *   <li>a {@code PreTokenizer} cuts it into words;
 *   <li>the byte-pair model {@code BpeModel} turns each word into ids;
 *   <li>a {@code PostProcessor} trims offsets and adds special tokens;
 *   <li>a {@code Decoder} turns ids back into text, as a chain of stages that take token by token.
 * </ol>
 *
 * <p>All of {@code tokenizer.json} that byte-pair tokenizers use is there, byte-level or of SentencePiece's
 * kind. What is not, is refused by name: the models {@code Unigram}, {@code WordPiece} and {@code WordLevel},
 * the normaliser {@code Precompiled}, the pre-tokenizer {@code UnicodeScripts} and the decoder {@code CTC},
 * which no supported family has. Truncation and padding are kept and not applied.
 *
 * <p>Its regular expressions are Oniguruma's: {@code OnigurumaParser} reads them, {@code OnigurumaNode} writes them in
 * Java's words, and {@code OnigurumaRegex} says which have none.
 *
 * <p>A SentencePiece tokenizer has no words: its text is cut where no merge reaches across
 * ({@code WordBorders}), so that words come again and their tokens need not be found again. GGUF holds scores
 * in place of its merges ({@code PieceScores}).
 *
 * <p>Ids and offsets agree with the Python library {@code tokenizers}; offsets are UTF-16 indices of the
 * Java string given. Where that library has older or newer tables of Unicode than the JDK, some hundred rare
 * characters are another thing to it: of NFC 3, of NFKC 173, of punctuation 142, of combining marks 408.
 */
package linnet.sft.tokenizer;
