package linnet.sft.tokenizer;

import java.util.List;
import linnet.nn.json.Json;

/**
 * The parts of a tokenizer, as {@code tokenizer.json} lists them. Normaliser, pre-tokenizer and
 * post-processor may be null. Truncation and padding are kept as they are written and have no effect: rows
 * are cut by who makes batches, as transformers does it, which takes both off before it encodes.
 */
record TokenizerParts(Json truncation, Json padding, List<AddedToken> addedTokens, Normalizer normalizer,
    PreTokenizer preTokenizer, BpeModel model, PostProcessor postProcessor, Decoder decoder) {
  TokenizerParts {
    addedTokens = List.copyOf(addedTokens);
  }

  /** Parts without truncation and padding. */
  TokenizerParts(List<AddedToken> addedTokens, Normalizer normalizer, PreTokenizer preTokenizer,
      BpeModel model, PostProcessor postProcessor, Decoder decoder) {
    this(Json.NULL, Json.NULL, addedTokens, normalizer, preTokenizer, model, postProcessor, decoder);
  }

  /** The same parts with other added tokens. */
  TokenizerParts with(List<AddedToken> tokens) {
    return new TokenizerParts(truncation, padding, tokens, normalizer, preTokenizer, model, postProcessor,
        decoder);
  }
}
