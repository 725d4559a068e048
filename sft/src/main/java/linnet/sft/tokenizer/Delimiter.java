package linnet.sft.tokenizer;

import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import linnet.nn.io.BoundedText;

/** Finds the matches at which a piece is split, or which are replaced. */
sealed interface Delimiter {
  /** Tells of each match from {@code from} to {@code to}, in order. */
  void find(String s, int from, int to, Match match);

  /** Takes a match. */
  @FunctionalInterface
  interface Match {
    /** Takes the match from one index to another, which may be empty. */
    void accept(int start, int end);
  }

  /** The matches of a regular expression, by hand-written code where it is a well-known one. */
  static Delimiter regex(String regex) {
    Optional<WordPattern> known = WordPattern.of(regex);
    return known.isPresent() ? new Words(known.get()) : new Regex(regex, OnigurumaRegex.compile(regex));
  }

  /** The occurrences of a string. */
  static Delimiter literal(String literal) {
    var quoted = Pattern.quote(literal);
    boolean hasTable = literal.length() > 1;
    return new Regex(literal, Pattern.compile(hasTable ? BoundedText.NO_TABLE + quoted : quoted));
  }

  /** Splits a piece at the matches. */
  default void split(AlignedText text, int from, int to, SplitBehavior behavior, boolean invert,
      PieceSink sink) {
    var segments = new Segments(behavior, text, from, sink);
    var at = new int[] {from};
    find(text.chars(), from, to, (start, end) -> {
      if (start > at[0]) {
        segments.add(start, invert);
      }
      segments.add(end, !invert);
      at[0] = end;
    });
    if (at[0] < to) {
      segments.add(to, invert);
    }
    segments.finish();
  }

  /** Every word is a match. */
  record Words(WordPattern pattern) implements Delimiter {
    @Override
    public void find(String s, int from, int to, Match match) {
      for (int start = from; start < to; ) {
        int end = Math.min(pattern.end(s, start, to), to);
        match.accept(start, end);
        start = end;
      }
    }
  }

  /**
   * The matches of a regular expression that sees nothing beyond the piece; none is empty behind another.
   *
   * @param source the expression as the tokenizer writes it
   */
  record Regex(String source, Pattern pattern) implements Delimiter {
    /** Far more than an honest pattern needs. */
    private static final long READS = 100_000_000;
    private static final long READS_PER_CHARACTER = 5_000;

    Regex(Pattern pattern) {
      this(pattern.pattern(), pattern);
    }

    @Override
    public void find(String s, int from, int to, Match match) {
      var piece = s.substring(from, to);
      var matcher = pattern.matcher(new BoundedText(piece, READS + READS_PER_CHARACTER * piece.length(),
          () -> refusal(piece.length(), "tries in too many ways; change the tokenizer's pattern")))
          .useTransparentBounds(true).useAnchoringBounds(false);
      try {
        for (int last = -1; matcher.find(); ) {
          int start = matcher.start();
          int end = matcher.end();
          boolean again = end == start && start == last;
          if (!again) {
            match.accept(from + start, from + end);
            last = end;
          } else if (end == piece.length()) {
            break;
          }
          if (end == start) { // as in Oniguruma once more from its place, which \G sees, then behind a whole character
            matcher.region(again ? end + Character.charCount(piece.codePointAt(end)) : end, piece.length());
          }
        }
      } catch (StackOverflowError tooDeep) {
        throw refusal(piece.length(), "cannot be matched against; give the text in shorter parts");
      }
    }

    private TokenizerException refusal(int characters, String why) {
      return new TokenizerException("pattern " + OnigurumaRegex.quoted(source) + ": found a text of " + characters
          + " characters that it " + why);
    }
  }

  /** Every code point of a class is a match of its own. */
  record Class(IntPredicate members) implements Delimiter {
    @Override
    public void find(String s, int from, int to, Match match) {
      for (int i = from; i < to; ) {
        int c = s.codePointAt(i);
        int next = i + Character.charCount(c);
        if (members.test(c)) {
          match.accept(i, next);
        }
        i = next;
      }
    }
  }
}
