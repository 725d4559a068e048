package linnet.sft.tokenizer;

import java.util.HashMap;
import java.util.Map;

/** Finds the longest of many tokens that stands at a place of a text. */
final class TokenTrie {
  /** A token found, with the number of UTF-16 units of its text. */
  record Match(AddedToken token, int length) {}

  private static final class Node {
    private final Map<Character, Node> children = new HashMap<>();
    private Match match;
  }

  private final Node root = new Node();

  /** Adds a token under its text; of equal texts the first counts. */
  void add(String text, AddedToken token) {
    var node = root;
    for (int i = 0; i < text.length(); i++) {
      node = node.children.computeIfAbsent(text.charAt(i), _ -> new Node());
    }
    if (node.match == null) {
      node.match = new Match(token, text.length());
    }
  }

  boolean isEmpty() {
    return root.children.isEmpty();
  }

  /** The longest token that starts at an index, or null. */
  Match longestAt(String s, int index) {
    var node = root;
    Match longest = null;
    for (int i = index; i < s.length(); i++) {
      node = node.children.get(s.charAt(i));
      if (node == null) {
        return longest;
      }
      if (node.match != null) {
        longest = node.match;
      }
    }
    return longest;
  }
}
