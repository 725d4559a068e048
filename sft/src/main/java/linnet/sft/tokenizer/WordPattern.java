package linnet.sft.tokenizer;

import java.util.Optional;
import java.util.Set;

/**
 * The regular expressions by which the common byte-level tokenizers cut text into words, coded by hand:
 * several times faster than a regular expression engine, and linear in the text. Both cover every character,
 * so a text is its words one after the other.
 */
sealed interface WordPattern {
  /** GPT-2's expression ({@code encoder.py}), which {@code ByteLevel} uses. */
  String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /** Llama 3's expression (that of {@code cl100k}), with groups of up to three digits. */
  String LLAMA3 = contractionsFirst("\\p{N}{1,3}");

  /** Qwen2's expression, which differs from Llama 3's in that each digit stands alone. */
  String QWEN2 = contractionsFirst("\\p{N}");

  /** The expression of Mistral's tokenizers since Nemo, called Tekken. */
  String TEKKEN = cased("", "\\p{N}");

  /** GPT-4o's expression ({@code o200k}). */
  String GPT4O = cased("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "\\p{N}{1,3}");

  /** The expressions of which one matches at every place of any text. */
  Set<String> COVERING = Set.of(GPT2, LLAMA3, QWEN2, TEKKEN, GPT4O);

  /** The end of the word that starts at {@code from}, at most {@code to}. */
  int end(String s, int from, int to);

  /** The hand-coded form of a regular expression, where there is one. */
  static Optional<WordPattern> of(String regex) {
    return switch (regex) {
      case GPT2 -> Optional.of(new Gpt2());
      case String r when r.equals(LLAMA3) -> Optional.of(new ContractionsFirst(3));
      case String r when r.equals(QWEN2) -> Optional.of(new ContractionsFirst(1));
      default -> Optional.empty();
    };
  }

  private static String contractionsFirst(String digits) {
    return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  private static String cased(String contraction, String digits) {
    String upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    String lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    String before = "[^\\r\\n\\p{L}\\p{N}]?";
    return before + upper + "*" + lower + "+" + contraction + "|" + before + upper + "+" + lower + "*"
        + contraction + "|" + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  /** {@link #GPT2}. */
  record Gpt2() implements WordPattern {
    @Override
    public int end(String s, int from, int to) {
      int contraction = contraction(s, from, to, false);
      if (contraction > from) {
        return contraction;
      }
      int c = s.codePointAt(from);
      int start = c == ' ' ? from + 1 : from;
      if (start < to) {
        var kind = Kind.of(s.codePointAt(start));
        if (kind != Kind.SPACE) {
          return run(s, start, to, kind);
        }
      }
      return spaces(s, from, to);
    }
  }

  /** {@link #LLAMA3} and {@link #QWEN2}. */
  record ContractionsFirst(int maxDigits) implements WordPattern {
    @Override
    public int end(String s, int from, int to) {
      int contraction = contraction(s, from, to, true);
      if (contraction > from) {
        return contraction;
      }
      int c = s.codePointAt(from);
      var kind = Kind.of(c);
      int next = from + Character.charCount(c);
      if (kind == Kind.LETTER) {
        return run(s, next, to, Kind.LETTER);
      }
      if (kind == Kind.NUMBER) {
        return digits(s, next, to);
      }
      boolean hasNext = next < to;
      if (c != '\r' && c != '\n' && hasNext && Kind.of(s.codePointAt(next)) == Kind.LETTER) {
        return run(s, next, to, Kind.LETTER);
      }
      if (kind == Kind.OTHER || c == ' ' && hasNext && Kind.of(s.codePointAt(next)) == Kind.OTHER) {
        int end = run(s, next, to, Kind.OTHER);
        while (end < to && isLineEnd(s.charAt(end))) {
          end++;
        }
        return end;
      }
      return lines(s, from, to);
    }

    private int digits(String s, int from, int to) {
      int end = from;
      for (int count = 1; count < maxDigits && end < to; count++) {
        int c = s.codePointAt(end);
        if (!Characters.isNumber(c)) {
          break;
        }
        end += Character.charCount(c);
      }
      return end;
    }

    /** White space up to its last line end; where it has none, as {@link WordPattern#spaces}. */
    private static int lines(String s, int from, int to) {
      for (int last = run(s, from, to, Kind.SPACE) - 1; last >= from; last--) {
        if (isLineEnd(s.charAt(last))) {
          return last + 1;
        }
      }
      return spaces(s, from, to);
    }
  }

  /** What the expressions tell apart. */
  enum Kind {
    /** {@code \p{L}}. */
    LETTER,
    /** {@code \p{N}}. */
    NUMBER,
    /** {@code \s}. */
    SPACE,
    /** Anything else. */
    OTHER;

    static Kind of(int c) {
      return Characters.isLetter(c) ? LETTER
          : Characters.isNumber(c) ? NUMBER : Characters.isSpace(c) ? SPACE : OTHER;
    }
  }

  private static int run(String s, int from, int to, Kind kind) {
    int end = from;
    while (end < to) {
      int c = s.codePointAt(end);
      if (Kind.of(c) != kind) {
        break;
      }
      end += Character.charCount(c);
    }
    return end;
  }

  /** {@code \s+(?!\S)|\s+}: leaves the last space to the word that follows, unless it is the only one. */
  private static int spaces(String s, int from, int to) {
    int end = run(s, from, to, Kind.SPACE);
    return end < to && end - from > 1 ? end - 1 : end;
  }

  /** The end of {@code 's}, {@code 't}, {@code 're}, {@code 've}, {@code 'm}, {@code 'll} or {@code 'd}. */
  private static int contraction(String s, int from, int to, boolean anyCase) {
    if (s.charAt(from) != '\'' || from + 1 >= to) {
      return from;
    }
    int first = letter(s.charAt(from + 1), anyCase);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return from + 2;
    }
    int second = from + 2 < to ? letter(s.charAt(from + 2), anyCase) : 0;
    boolean two = second == 'e' && (first == 'r' || first == 'v') || first == 'l' && second == 'l';
    return two ? from + 3 : from;
  }

  /** Folds the case of a letter; of the letters that matter only s has a fold beyond ASCII: the long s. */
  private static int letter(char c, boolean anyCase) {
    return !anyCase ? c : c == 'ſ' ? 's' : Character.toLowerCase(c);
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }
}
