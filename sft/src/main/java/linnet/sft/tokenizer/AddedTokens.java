package linnet.sft.tokenizer;

import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The added tokens of a tokenizer, by id, and where they stand in a text. */
final class AddedTokens {
  private final TreeMap<Integer, AddedToken> byId = new TreeMap<>();
  private final Map<String, Integer> byContent = new HashMap<>();
  private final Map<Integer, String> normalizedForms = new HashMap<>();
  private final TokenTrie plain = new TokenTrie();
  private final TokenTrie normalized = new TokenTrie();

  /** Takes the part of a text that is a token, or with a null token the part that lies between tokens. */
  @FunctionalInterface
  interface Sink {
    /** Takes the part from one index to another, which is never empty. */
    void accept(AddedToken token, AlignedText text, int from, int to);
  }

  /** Tokens with the normaliser (or null) that the normalised ones are put through. */
  AddedTokens(List<AddedToken> tokens, Normalizer normalizer) {
    for (var token : tokens) {
      byId.put(token.id(), token);
      byContent.put(token.content(), token.id());
    }
    for (var token : byId.values()) {
      boolean rewrite = token.normalized() && normalizer != null;
      String form = rewrite ? normalizer.apply(AlignedText.of(token.content())).chars() : token.content();
      normalizedForms.put(token.id(), form);
      if (!form.isEmpty()) {
        (token.normalized() ? normalized : plain).add(form, token);
      }
    }
  }

  /** Cuts out the tokens that are matched as they are, special ones only where there is no content. */
  void splitPlain(AlignedText text, BitSet content, Sink sink) {
    split(plain, text, content, sink);
  }

  /** Cuts out the tokens that are matched in normalised text, special ones only where there is no content. */
  void splitNormalized(AlignedText text, BitSet content, Sink sink) {
    split(normalized, text, content, sink);
  }

  /** Whether there is a token that is matched in normalised text. */
  boolean hasNormalized() {
    return !normalized.isEmpty();
  }

  /** The token of an id, or null where it is no added one. */
  AddedToken get(int id) {
    return byId.get(id);
  }

  /** The text of an added token as decoding gives it: in its normalised form. */
  String decodedForm(int id) {
    return normalizedForms.get(id);
  }

  /** The id of a text, or null where it is no added token. */
  Integer id(String content) {
    return byContent.get(content);
  }

  /** The highest id, or -1. */
  int highestId() {
    return byId.isEmpty() ? -1 : byId.lastKey();
  }

  /** All tokens in the order of their ids. */
  SequencedMap<Integer, AddedToken> all() {
    return Collections.unmodifiableSortedMap(byId);
  }

  private static void split(TokenTrie trie, AlignedText text, BitSet content, Sink sink) {
    String s = text.chars();
    int done = 0;
    for (int at = next(trie, text, content, 0); at < s.length(); at = next(trie, text, content, at)) {
      var match = trie.longestAt(s, at);
      var token = match.token();
      int start = at;
      int end = at + match.length();
      at = end;
      if (token.singleWord() && touchesWord(s, start, end)) {
        continue;
      }
      while (token.lstrip() && start > done && Characters.isSpace(s.charAt(start - 1))) {
        start--;
      }
      if (token.lstrip()) {
        start = Math.max(start, done); // a token before this one may have taken what this one starts with
      }
      while (token.rstrip() && end < s.length() && Characters.isSpace(s.charAt(end))) {
        end++;
      }
      if (start > done) {
        sink.accept(null, text, done, start);
      }
      if (end > start) {
        sink.accept(token, text, start, end);
        done = end;
      }
    }
    if (done < s.length()) {
      sink.accept(null, text, done, s.length());
    }
  }

  /**
   * Where the next token stands, or the end of the text. The loop over all characters is a method of its own
   * because the JVM compiles the one that it is in with all that is called from there.
   */
  private static int next(TokenTrie trie, AlignedText text, BitSet content, int from) {
    String s = text.chars();
    for (int at = from; at < s.length(); at++) {
      var match = trie.longestAt(s, at);
      if (match != null && !(match.token().special() && touches(content, text, at, at + match.length()))) {
        return at;
      }
    }
    return s.length();
  }

  private static boolean touches(BitSet content, AlignedText text, int from, int to) {
    var first = content.nextSetBit(text.start(from));
    return first >= 0 && first < text.end(to - 1);
  }

  private static boolean touchesWord(String s, int start, int end) {
    return start > 0 && Characters.isWord(s.codePointBefore(start))
        || end < s.length() && Characters.isWord(s.codePointAt(end));
  }
}
