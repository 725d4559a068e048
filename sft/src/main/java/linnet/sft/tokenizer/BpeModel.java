package linnet.sft.tokenizer;

import java.util.ArrayList;
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
  private final List<MergeTable.Merge> merges;
  private final BpeOptions options;
  private final MergeTable table;
  private final int unkId;
  private final int[] byteIds = new int[256];
  private final int[] fallbackIds = new int[256];

  /** Checks that there are the tokens that the options need; {@code source} is what errors call the model. */
  BpeModel(Vocabulary vocabulary, List<MergeTable.Merge> merges, BpeOptions options, String source) {
    this.vocabulary = vocabulary;
    this.merges = List.copyOf(merges);
    this.options = options;
    table = new MergeTable(merges);
    Arrays.setAll(byteIds, b -> id(String.valueOf(ByteAlphabet.toChar(b))));
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
  static List<MergeTable.Merge> resolve(Vocabulary vocabulary, List<TokenPair> pairs, String source) {
    var merges = new ArrayList<MergeTable.Merge>(pairs.size());
    for (int rank = 0; rank < pairs.size(); rank++) {
      var pair = pairs.get(rank);
      var ids = new int[3];
      var tokens = new String[] {pair.left(), pair.right(), pair.left() + pair.right()};
      for (int i = 0; i < 3; i++) {
        var id = vocabulary.id(tokens[i]);
        if (id.isEmpty()) {
          throw new TokenizerException(source + "[" + rank + "]: found \"" + pair.left() + "\" and \""
              + pair.right() + "\", expected \"" + tokens[i] + "\" to be in the vocabulary");
        }
        ids[i] = id.getAsInt();
      }
      merges.add(new MergeTable.Merge(ids[0], ids[1], ids[2]));
    }
    return merges;
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  List<MergeTable.Merge> merges() {
    return merges;
  }

  BpeOptions options() {
    return options;
  }

  /** The tokens of the word from one index to another. */
  Word word(String s, int from, int to, Units units) {
    if (options.ignoreMerges()) {
      var whole = vocabulary.id(units == Units.BYTES
          ? AlignedText.of(s).mapBytes(from, to).chars() : s.substring(from, to));
      if (whole.isPresent()) {
        return new Word(new int[] {whole.getAsInt()}, new int[] {0}, new int[] {to - from});
      }
    }
    var symbols = new Symbols(3 * (to - from));
    var bytes = new byte[4];
    boolean afterUnknown = false;
    for (int i = from; i < to; ) {
      int c = s.codePointAt(i);
      int next = i + Character.charCount(c);
      int length = Utf8.put(c, bytes, 0);
      boolean known = units == Units.BYTES
          ? addBytes(symbols, byteIds, bytes, length, i - from, next - from)
          : addCharacter(symbols, c, bytes, length, i - from, next - from);
      if (!known && unkId != UNKNOWN) {
        if (afterUnknown && options.fuseUnk()) {
          symbols.extendLast(next - from);
        } else {
          symbols.add(unkId, i - from, next - from);
        }
      }
      afterUnknown = !known;
      i = next;
    }
    symbols.mergeAll(table);
    return symbols.toWord();
  }

  private boolean addCharacter(Symbols symbols, int c, byte[] bytes, int length, int first, int last) {
    int id = id(Character.toString(c));
    if (id != UNKNOWN) {
      symbols.add(id, first, last);
      return true;
    }
    for (int b = 0; b < length; b++) {
      if (fallbackIds[bytes[b] & 0xFF] == UNKNOWN) {
        return false;
      }
    }
    return addBytes(symbols, fallbackIds, bytes, length, first, last);
  }

  /** Adds the bytes that are known; false where none is. */
  private static boolean addBytes(Symbols symbols, int[] ids, byte[] bytes, int length, int first, int last) {
    boolean known = false;
    for (int b = 0; b < length; b++) {
      int id = ids[bytes[b] & 0xFF];
      if (id != UNKNOWN) {
        symbols.add(id, first, last);
        known = true;
      }
    }
    return known;
  }

  private int id(String token) {
    return vocabulary.id(token).orElse(UNKNOWN);
  }
}
