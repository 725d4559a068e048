package linnet.sft.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Byte-pair encoding (Sennrich et al., 2016, arXiv:1508.07909): the word starts as single characters, or
 * bytes, and the pair that was learnt earliest merges until none is left.
 */
final class BpeModel {
  /** What the words are made of. */
  enum Units {
    /** Their UTF-8 bytes, each a token of the byte alphabet. */
    BYTES,
    /** Their characters. */
    CHARACTERS
  }

  private static final int UNKNOWN = -1;
  private final Vocabulary vocabulary;
  private final MergeTable merges;
  private final BpeOptions options;
  private final int unkId;
  /** By place in a word: inside, first, last, first and last. */
  private final CharacterIds[] characters = new CharacterIds[4];
  private final int[] fallbackIds = new int[256];
  private final WordBorders borders;

  /** Checks that there are the tokens that the options need; {@code source} is what errors call the model. */
  BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options, String source) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.options = options;
    boolean affixes = !options.continuingPrefix().isEmpty() || !options.endSuffix().isEmpty();
    var plain = affixes ? null : new CharacterIds(vocabulary, "", "");
    Arrays.setAll(characters, place -> plain != null ? plain : new CharacterIds(vocabulary,
        (place & 1) == 0 ? options.continuingPrefix() : "", (place & 2) == 0 ? "" : options.endSuffix()));
    borders = affixes || options.ignoreMerges()
        ? WordBorders.NONE : WordBorders.of(vocabulary, merges, plain);
    Arrays.setAll(fallbackIds, b -> options.byteFallback() ? id("<0x%02X>".formatted(b)) : UNKNOWN);
    unkId = options.unkToken() == null ? UNKNOWN : id(options.unkToken());
    if (options.unkToken() != null && unkId == UNKNOWN) {
      throw new TokenizerException(source + ": unk_token: found \"" + options.unkToken()
          + "\", expected a token of the vocabulary");
    }
  }

  /**
   * Finds the ids of merges that are given as pairs of tokens.
   *
   * @throws TokenizerException if a token, or what a pair merges into, is not in the vocabulary
   */
  static MergeTable resolve(Vocabulary vocabulary, List<TokenPair> pairs, String prefix, String source) {
    var merges = new MergeTable.Builder();
    for (int rank = 0; rank < pairs.size(); rank++) {
      var pair = pairs.get(rank);
      boolean marked = pair.right().startsWith(prefix);
      var tokens = new String[] {pair.left(), pair.right(),
          pair.left() + (marked ? pair.right().substring(prefix.length()) : pair.right())};
      var ids = new int[3];
      for (int i = 0; i < 3; i++) {
        var id = vocabulary.id(tokens[i]);
        if (id.isEmpty()) {
          throw new TokenizerException(source + "[" + rank + "]: found \"" + pair.left() + "\" and \""
              + pair.right() + "\", expected \"" + tokens[i] + "\" to be in the vocabulary");
        }
        ids[i] = id.getAsInt();
      }
      merges.add(ids[0], ids[1], ids[2]);
    }
    return merges.build();
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  MergeTable merges() {
    return merges;
  }

  BpeOptions options() {
    return options;
  }

  /** Where in a text of characters words can be cut without another result. */
  WordBorders borders() {
    return borders;
  }

  /** The tokens of the word from one index to another. */
  Word word(String s, int from, int to, Units units) {
    var whole = options.ignoreMerges() ? whole(s, from, to, units) : null;
    return whole != null ? whole : new Splitting(s, from, to).merged(units);
  }

  /** The token that the word is as a whole, or null. */
  private Word whole(String s, int from, int to, Units units) {
    var id = vocabulary.id(units == Units.BYTES
        ? AlignedText.of(s).mapBytes(from, to).chars() : s.substring(from, to));
    return id.isEmpty() ? null : new Word(new int[] {id.getAsInt()}, new int[] {0}, new int[] {to - from});
  }

  /** A word on its way from characters to symbols. */
  private final class Splitting {
    private final String s;
    private final int from;
    private final int to;
    private final Symbols symbols;
    /** The range of the unknown characters that wait for their token; nothing where it is empty. */
    private int unknownFrom;
    private int unknownTo;

    Splitting(String s, int from, int to) {
      this.s = s;
      this.from = from;
      this.to = to;
      symbols = new Symbols(to - from);
    }

    Word merged(Units units) {
      var bytes = new byte[4];
      for (int i = from; i < to; ) {
        int c = Utf8.scalar(s.codePointAt(i));
        int next = Math.min(i + Character.charCount(c), to);
        if (units == Units.CHARACTERS) {
          add(c, i, next, i == from, next == to);
        } else {
          int count = Utf8.put(c, bytes, 0);
          for (int b = 0; b < count; b++) {
            add(ByteAlphabet.toChar(bytes[b] & 0xFF), i, next, i == from && b == 0,
                next == to && b == count - 1);
          }
        }
        i = next;
      }
      endUnknown();
      symbols.mergeAll(merges);
      return symbols.toWord();
    }

    private void add(int c, int first, int last, boolean starts, boolean ends) {
      int id = characters[(starts ? 1 : 0) + (ends ? 2 : 0)].get(c);
      if (id != UNKNOWN) {
        endUnknown();
        symbols.add(id, first - from, last - from);
      } else if (!(options.byteFallback() && addFallback(c, first, last, starts, ends))
          && unkId != UNKNOWN) {
        if (!options.fuseUnk()) {
          endUnknown();
        }
        unknownFrom = unknownTo > unknownFrom ? unknownFrom : first;
        unknownTo = last;
      }
    }

    /** Unknown characters before it go on waiting, as in the {@code tokenizers} library. */
    private boolean addFallback(int c, int first, int last, boolean starts, boolean ends) {
      String text = (starts ? "" : options.continuingPrefix()) + new String(new int[] {c}, 0, 1)
          + (ends ? options.endSuffix() : "");
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      for (byte b : bytes) {
        if (fallbackIds[b & 0xFF] == UNKNOWN) {
          return false;
        }
      }
      for (byte b : bytes) {
        symbols.add(fallbackIds[b & 0xFF], first - from, last - from);
      }
      return true;
    }

    private void endUnknown() {
      if (unknownTo > unknownFrom) {
        symbols.add(unkId, unknownFrom - from, unknownTo - from);
      }
      unknownFrom = unknownTo;
    }
  }

  private int id(String token) {
    return vocabulary.id(token).orElse(UNKNOWN);
  }
}
