package linnet.sft.tokenizer;

import java.util.List;
import java.util.Locale;

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
    @Override
    public AlignedText apply(AlignedText text) {
      var out = new AlignedText.Builder(text.length());
      var at = new int[1];
      pattern.delimiter().find(text.chars(), 0, text.length(), (start, end) -> {
        out.copy(text, at[0], start);
        if (end == 0) {
          out.append(content, 0, 0);
        } else {
          out.append(content, text.start(end - 1), text.end(end - 1));
        }
        at[0] = end;
      });
      return at[0] == 0 ? text : out.copy(text, at[0], text.length()).build();
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
      var out = new AlignedText.Builder(text.length());
      for (int i = 0; i < text.length(); ) {
        int c = text.chars().codePointAt(i);
        int next = i + Character.charCount(c);
        if (!Characters.isMark(c)) {
          out.copy(text, i, next);
        }
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
