package linnet.sft.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Collects the tokens of a text. */
final class EncodingBuilder {
  private final IntArray ids;
  private final IntArray starts;
  private final IntArray ends;
  private final Map<Integer, String> found = new HashMap<>();

  EncodingBuilder(int capacity) {
    ids = new IntArray(capacity);
    starts = new IntArray(capacity);
    ends = new IntArray(capacity);
  }

  /** Adds one token. */
  void add(int id, int start, int end) {
    ids.add(id);
    starts.add(start);
    ends.add(end);
  }

  /** Adds an added token that was found in a text, and keeps what was found. */
  void addFound(AddedToken token, AlignedText text, int from, int to) {
    found.put(ids.size(), text.chars().substring(from, to));
    add(token.id(), text.start(from), text.end(to - 1));
  }

  /** The text of the i-th token, normalised, if it was found there; nothing where the model made it of a word. */
  Optional<String> found(int i) {
    return Optional.ofNullable(found.get(i));
  }

  /** Adds the tokens of the word that starts at a unit of a text. */
  void add(Word word, AlignedText text, int from) {
    for (int i = 0; i < word.ids().length; i++) {
      add(word.ids()[i], text.start(from + word.starts()[i]), text.end(from + word.ends()[i] - 1));
    }
  }

  /** Adds the tokens of an encoding. */
  void addAll(Encoding encoding) {
    for (int i = 0; i < encoding.size(); i++) {
      add(encoding.ids()[i], encoding.starts()[i], encoding.ends()[i]);
    }
  }

  int size() {
    return ids.size();
  }

  Encoding build() {
    return new Encoding(ids.toArray(), starts.toArray(), ends.toArray());
  }
}
