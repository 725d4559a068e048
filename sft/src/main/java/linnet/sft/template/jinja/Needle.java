package linnet.sft.template.jinja;

/**
 * A text that is looked for in others. A search takes a time that grows with the length of the other text:
 * comparing at every place would grow with the product of both lengths, which a hostile template makes large.
 */
final class Needle {
  /** Up to this length, comparing at every place is the faster way and its worst case is bounded well. */
  private static final int SHORT = 16;
  private static final int COMPARED_PER_STEP = 64;

  /** Which occurrence is found. */
  enum Which {
    FIRST, LAST
  }

  private final String part;
  private final Which which;
  private final int[] borders;

  Needle(String part, Which which) {
    this.part = part;
    this.which = which;
    this.borders = part.length() > SHORT ? borders() : new int[0];
  }

  /** What finds the first occurrence. */
  static Needle first(String part) {
    return new Needle(part, Which.FIRST);
  }

  int length() {
    return part.length();
  }

  /** The steps that a search through a text of a length takes at most. */
  long steps(int length) {
    return ((long) length * Math.min(part.length(), SHORT) + part.length()) / COMPARED_PER_STEP;
  }

  /** The offset of the first or last occurrence between two offsets, or -1. */
  int in(String text, int from, int to) {
    if (to - from < part.length()) {
      return -1;
    }
    if (part.length() > SHORT) {
      return search(text, from, to);
    }
    if (which == Which.FIRST) {
      return text.indexOf(part, from, to);
    }
    var at = text.lastIndexOf(part, to - part.length());
    return at < from ? -1 : at;
  }

  /** Knuth, Morris and Pratt: the text is read once; what matched so far says where to go on. */
  private int search(String text, int from, int to) {
    var matched = 0;
    for (var read = 0; read < to - from; read++) {
      var c = text.charAt(which == Which.FIRST ? from + read : to - 1 - read);
      matched = matchedWith(c, matched, borders);
      if (matched == part.length()) {
        return which == Which.FIRST ? from + read + 1 - matched : to - 1 - read;
      }
    }
    return -1;
  }

  /** For each beginning of the part, in reading order, the longest shorter beginning that it ends in. */
  private int[] borders() {
    var longest = new int[part.length()];
    for (var i = 1; i < longest.length; i++) {
      longest[i] = matchedWith(at(i), longest[i - 1], longest);
    }
    return longest;
  }

  private int matchedWith(char c, int before, int[] longest) {
    var matched = before;
    while (matched > 0 && at(matched) != c) {
      matched = longest[matched - 1];
    }
    return at(matched) == c ? matched + 1 : matched;
  }

  private char at(int index) {
    return part.charAt(which == Which.FIRST ? index : part.length() - 1 - index);
  }
}
