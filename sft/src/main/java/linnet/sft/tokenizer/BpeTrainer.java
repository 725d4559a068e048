package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import linnet.nn.json.Json;

/**
 * Learns a byte-level byte-pair tokenizer from texts (Sennrich et al., 2016, arXiv:1508.07909).
 *
 * <p>The vocabulary starts with the special tokens in their order, then the 256 bytes in the order of their
 * characters in the byte alphabet; then the most frequent pair of neighbours merges, again and again. Of
 * pairs that are equally frequent the one with the lower left id merges first, then the one with the lower
 * right id. So the result depends on the words and their counts alone, not on the order of the texts, and is
 * that of the {@code tokenizers} library.
 *
 * @param vocabularySize how many tokens there are to be at most, special ones and bytes included
 * @param minFrequency how often a pair must occur to merge
 * @param scheme how text is cut into words
 * @param specialTokens the special tokens; they are left out of the texts that are learnt from
 */
public record BpeTrainer(int vocabularySize, int minFrequency, ByteLevelScheme scheme,
    List<String> specialTokens) {
  private static final int BYTES = 256;

  /** Checks the sizes. */
  public BpeTrainer {
    specialTokens = List.copyOf(specialTokens);
    if (new LinkedHashSet<>(specialTokens).size() < specialTokens.size() || specialTokens.contains("")) {
      throw new TokenizerException("special tokens: found " + specialTokens
          + ", expected different texts of at least a character");
    }
    int smallest = BYTES + specialTokens.size();
    if (vocabularySize < smallest) {
      throw new TokenizerException("vocabulary size: found " + vocabularySize + ", expected at least "
          + smallest + ": " + BYTES + " bytes and the special tokens");
    }
    if (minFrequency < 1) {
      throw new TokenizerException("minimum frequency: found " + minFrequency + ", expected at least 1");
    }
  }

  /**
   * Learns a tokenizer.
   *
   * @param texts the texts, taken one at a time
   * @return a tokenizer whose configuration says nothing yet
   */
  public Tokenizer train(Stream<String> texts) {
    var tokens = new ArrayList<>(specialTokens);
    ByteAlphabet.inOrder().stream().filter(c -> !specialTokens.contains(c)).forEach(tokens::add);
    var ids = new HashMap<String, Integer>();
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    var pairs = new PairCounts();
    countWords(texts).forEach((word, count) ->
        pairs.addWord(word.codePoints().map(c -> ids.get(Character.toString(c))).toArray(), count));
    var merges = new MergeTable.Builder();
    while (tokens.size() < vocabularySize) {
      var best = pairs.mostFrequent();
      if (best.isEmpty() || best.get().count() < minFrequency) {
        break;
      }
      int left = best.get().left();
      int right = best.get().right();
      String token = tokens.get(left) + tokens.get(right);
      int merged = ids.computeIfAbsent(token, _ -> tokens.size());
      if (merged == tokens.size()) {
        tokens.add(token);
      }
      merges.add(left, right, merged);
      pairs.merge(left, right, merged);
    }
    return tokenizer(new Vocabulary(tokens), merges.build());
  }

  /** Counts the words of all texts, each written in the byte alphabet. */
  private Map<String, Long> countWords(Stream<String> texts) {
    var counts = new HashMap<String, Long>();
    var added = new AddedTokens(addedTokens(), null);
    var preTokenizer = scheme.preTokenizer();
    texts.forEach(text -> added.splitPlain(AlignedText.of(text), new BitSet(), (token, part, from, to) -> {
      if (token == null) {
        preTokenizer.split(part, from, to,
            (words, start, end) -> counts.merge(words.chars().substring(start, end), 1L, Long::sum));
      }
    }));
    var inBytes = new HashMap<String, Long>();
    counts.forEach((word, count) ->
        inBytes.merge(AlignedText.of(word).mapBytes(0, word.length()).chars(), count, Long::sum));
    return inBytes;
  }

  private List<AddedToken> addedTokens() {
    var added = new ArrayList<AddedToken>();
    specialTokens.forEach(token -> added.add(AddedToken.special(added.size(), token)));
    return added;
  }

  private Tokenizer tokenizer(Vocabulary vocabulary, MergeTable merges) {
    var options = BpeOptions.BYTE_LEVEL.withIgnoreMerges(scheme.wholeWords());
    var model = new BpeModel(vocabulary, merges, options, "trained tokenizer");
    var parts = new TokenizerParts(addedTokens(), null, scheme.preTokenizer(), model, null,
        new Decoder.ByteLevel(true, true, true));
    var other = Json.object().put("tokenizer_class", "PreTrainedTokenizerFast").build();
    return new Tokenizer(parts, TokenizerConfig.EMPTY.withOther(other));
  }
}
