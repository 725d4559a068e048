package linnet.sft.tokenizer;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Rewrites text before it is cut into words, keeping what each character stands for. The records are the
 * types of {@code tokenizer.json} of the same names.
 */
sealed interface Normalizer {
  /** The rewritten text. */
  AlignedText apply(AlignedText text);

  /** One after the other. */
  record Sequence(List<Normalizer> parts) implements Normalizer {
    public Sequence {
      parts = List.copyOf(parts);
    }

    @Override
    public AlignedText apply(AlignedText text) {
      var result = text;
      for (var part : parts) {
        result = part.apply(result);
        TextGrowth.check("normalizer", text.length(), result.length());
      }
      return result;
    }
  }

  /** A Unicode normalisation form; its name is the type. */
  record Unicode(java.text.Normalizer.Form form) implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      return java.text.Normalizer.isNormalized(text.chars(), form)
          ? text : new UnicodeAlignment(text, form).normalized();
    }
  }

  /** Puts a string in place of each match; all of it stands for the last character of the match. */
  record Replace(TextPattern pattern, String content) implements Normalizer {
    private static final int NO_MATCH = -1;

    @Override
    public AlignedText apply(AlignedText text) {
      if (text.length() == 0) {
        return text; // the Python library finds nothing in it, not even an empty match
      }
      var out = new AlignedText.Builder(text.length());
      var at = new int[] {NO_MATCH};
      var made = new long[1];
      pattern.delimiter().find(text.chars(), 0, text.length(), (start, end) -> {
        made[0] += content.length();
        TextGrowth.check("Replace", text.length(), made[0]);
        out.copy(text, Math.max(at[0], 0), start);
        if (end == 0) {
          out.append(content, 0, 0);
        } else {
          out.append(content, text.start(end - 1), text.end(end - 1));
        }
        at[0] = end;
      });
      return at[0] == NO_MATCH ? text : out.copy(text, at[0], text.length()).build();
    }
  }

  /** Puts a string before a text that is not empty. */
  record Prepend(String prefix) implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      return text.length() == 0 ? text : text.prepend(prefix, 0, text.length());
    }
  }

  /** Lower case, character by character. */
  record Lowercase() implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      var out = new AlignedText.Builder(text.length());
      for (int i = 0; i < text.length(); ) {
        int c = text.chars().codePointAt(i);
        out.append(Character.toString(c).toLowerCase(Locale.ROOT), text.start(i), text.end(i));
        i += Character.charCount(c);
      }
      return out.build();
    }
  }

  /** Drops white space at either end. */
  record Strip(boolean left, boolean right) implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      int from = 0;
      int to = text.length();
      while (left && from < to && Characters.isSpace(text.chars().charAt(from))) {
        from++;
      }
      while (right && to > from && Characters.isSpace(text.chars().charAt(to - 1))) {
        to--;
      }
      return text.slice(from, to);
    }
  }

  /** Drops combining marks. */
  record StripAccents() implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      return text.mapCharacters(c -> Characters.isMark(c) ? AlignedText.DROPPED : c);
    }
  }

  /** Control characters dropped, several kinds of white space made spaces (SentencePiece's nmt rules). */
  record Nmt() implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      return text.mapCharacters(Nmt::replacement);
    }

    private static int replacement(int c) {
      boolean control = c >= 1 && c <= 8 || c == 0xB || c >= 0xE && c <= 0x1F || c == 0x7F || c == 0x8F
          || c == 0x9F;
      boolean space = c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == 0x1680
          || c >= 0x200B && c <= 0x200F || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF
          || c == 0xFFFD;
      return control ? AlignedText.DROPPED : space ? ' ' : c;
    }
  }

  /** BERT's: each step or not; accents are stripped if that is said, or where it is not, with lower case. */
  record Bert(boolean cleanText, boolean handleChineseChars, Optional<Boolean> stripAccents,
      boolean lowercase) implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      var result = cleanText ? text.mapCharacters(Bert::cleaned) : text;
      result = handleChineseChars ? spaced(result) : result;
      if (stripAccents.orElse(lowercase)) {
        result = new Unicode(java.text.Normalizer.Form.NFD).apply(result)
            .mapCharacters(c -> Character.getType(c) == Character.NON_SPACING_MARK ? AlignedText.DROPPED : c);
      }
      return lowercase ? new Lowercase().apply(result) : result;
    }

    private static int cleaned(int c) {
      boolean space = c == '\t' || c == '\n' || c == '\r';
      boolean dropped = c == 0 || c == 0xFFFD || !space && Characters.isControl(c);
      return dropped ? AlignedText.DROPPED : space || Characters.isSpace(c) ? ' ' : c;
    }

    /** Ideographs with a space on either side. */
    private static AlignedText spaced(AlignedText text) {
      var out = new AlignedText.Builder(text.length());
      for (int i = 0; i < text.length(); ) {
        int c = text.chars().codePointAt(i);
        int next = i + Character.charCount(c);
        boolean chinese = Characters.isChinese(c);
        out.append(chinese ? " " : "", text.start(i), text.end(i)).copy(text, i, next)
            .append(chinese ? " " : "", text.start(i), text.end(i));
        i = next;
      }
      return out.build();
    }
  }

  /** UTF-8 bytes in the byte alphabet. */
  record ByteLevel() implements Normalizer {
    @Override
    public AlignedText apply(AlignedText text) {
      return text.mapBytes(0, text.length());
    }
  }
}
