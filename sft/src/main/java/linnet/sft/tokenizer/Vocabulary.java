package linnet.sft.tokenizer;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The tokens of a model by id, and back. An id may have no token; of equal tokens the first id counts. */
final class Vocabulary {
  private final List<String> tokens;
  private final Map<String, Integer> ids;

  /** Tokens in the order of their ids; null where an id has none. */
  Vocabulary(List<String> tokens) {
    this.tokens = Collections.unmodifiableList(tokens);
    ids = HashMap.newHashMap(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      if (tokens.get(id) != null) {
        ids.putIfAbsent(tokens.get(id), id);
      }
    }
  }

  /** The highest id and one. */
  int size() {
    return tokens.size();
  }

  /** The token of an id, or null where it has none. */
  String token(int id) {
    return id >= 0 && id < tokens.size() ? tokens.get(id) : null;
  }

  /** The id of a token. */
  OptionalInt id(String token) {
    var id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** All tokens by id; null where an id has none. */
  List<String> tokens() {
    return tokens;
  }
}
