package linnet.sft.tokenizer;

import java.util.List;

/**
 * The parts of a tokenizer, as {@code tokenizer.json} lists them. Normaliser, pre-tokenizer and
 * post-processor may be null.
 */
record TokenizerParts(List<AddedToken> addedTokens, Normalizer normalizer, PreTokenizer preTokenizer,
    BpeModel model, PostProcessor postProcessor, Decoder decoder) {
  TokenizerParts {
    addedTokens = List.copyOf(addedTokens);
  }
}
