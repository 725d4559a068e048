package linnet.sft.tokenizer;

import java.util.function.IntUnaryOperator;

/**
 * Text on its way to the model, which remembers for each UTF-16 unit what range of the original string it
 * stands for.
 */
final class AlignedText {
  /** No code point: the character is left out. */
  static final int DROPPED = -1;

  private final String chars;
  /** Original ranges by unit; both null where the text is the original itself. */
  private final int[] starts;
  private final int[] ends;

  private AlignedText(String chars, int[] starts, int[] ends) {
    this.chars = chars;
    this.starts = starts;
    this.ends = ends;
  }

  /** The original string itself. */
  static AlignedText of(String original) {
    return new AlignedText(original, null, null);
  }

  String chars() {
    return chars;
  }

  int length() {
    return chars.length();
  }

  /** Where the original range of a unit starts. */
  int start(int unit) {
    if (starts != null) {
      return starts[unit];
    }
    boolean low = unit > 0 && Character.isLowSurrogate(chars.charAt(unit))
        && Character.isHighSurrogate(chars.charAt(unit - 1));
    return low ? unit - 1 : unit;
  }

  /** Where the original range of a unit ends. */
  int end(int unit) {
    if (ends != null) {
      return ends[unit];
    }
    boolean high = unit + 1 < chars.length() && Character.isHighSurrogate(chars.charAt(unit))
        && Character.isLowSurrogate(chars.charAt(unit + 1));
    return high ? unit + 2 : unit + 1;
  }

  /** The part between two units, on its own. */
  AlignedText slice(int from, int to) {
    return from == 0 && to == chars.length() ? this : new Builder(to - from).copy(this, from, to).build();
  }

  /** The part with some text before it, which stands for the same original range as its first character. */
  AlignedText prepend(String prefix, int from, int to) {
    return new Builder(prefix.length() + to - from)
        .append(prefix, start(from), end(from))
        .copy(this, from, to)
        .build();
  }

  /** Another code point for each, or {@link #DROPPED}. */
  AlignedText mapCharacters(IntUnaryOperator map) {
    var out = new Builder(chars.length());
    for (int i = 0; i < chars.length(); ) {
      int c = chars.codePointAt(i);
      int mapped = map.applyAsInt(c);
      if (mapped != DROPPED) {
        out.append(Character.toString(mapped), start(i), end(i));
      }
      i += Character.charCount(c);
    }
    return out.build();
  }

  /** The UTF-8 bytes of the part, each as its character of the {@link ByteAlphabet}. */
  AlignedText mapBytes(int from, int to) {
    var out = new Builder(to - from);
    var bytes = new byte[4];
    for (int i = from; i < to; ) {
      int c = chars.codePointAt(i);
      int count = Utf8.put(c, bytes, 0);
      for (int b = 0; b < count; b++) {
        out.append(ByteAlphabet.toChar(bytes[b] & 0xFF), start(i), end(i));
      }
      i += Character.charCount(c);
    }
    return out.build();
  }

  /** Builds a text piece by piece. */
  static final class Builder {
    private final StringBuilder chars;
    private final IntArray starts;
    private final IntArray ends;

    Builder(int capacity) {
      chars = new StringBuilder(capacity);
      starts = new IntArray(capacity);
      ends = new IntArray(capacity);
    }

    /** Adds one unit that stands for an original range. */
    Builder append(char c, int start, int end) {
      chars.append(c);
      starts.add(start);
      ends.add(end);
      return this;
    }

    /** Adds text all of which stands for one original range. */
    Builder append(String text, int start, int end) {
      for (int i = 0; i < text.length(); i++) {
        append(text.charAt(i), start, end);
      }
      return this;
    }

    /** Adds a part of another text as it is. */
    Builder copy(AlignedText text, int from, int to) {
      for (int i = from; i < to; i++) {
        append(text.chars.charAt(i), text.start(i), text.end(i));
      }
      return this;
    }

    AlignedText build() {
      return new AlignedText(chars.toString(), starts.toArray(), ends.toArray());
    }
  }
}
