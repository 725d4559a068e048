package linnet.sft.tokenizer;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Cuts text into the words that the model sees one by one. The records are the types of {@code
 * tokenizer.json} of the same names.
 */
sealed interface PreTokenizer {
  /** Gives the words of a piece of text, in order. */
  void split(AlignedText text, int from, int to, PieceSink sink);

  /**
   * Whether the words stand for their UTF-8 bytes. They are given as characters all the same: who takes them
   * maps them to the byte alphabet, or has its model read bytes, which is faster.
   */
  default boolean byteLevel() {
    return false;
  }

  /** One after the other, each on the pieces of the one before. */
  record Sequence(List<PreTokenizer> parts) implements PreTokenizer {
    public Sequence {
      parts = List.copyOf(parts);
    }

    /**
     * A part is through with all pieces before the next begins: called from within one another, they would be
     * compiled as one, which takes longer than to encode thousands of rows.
     */
    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      var pieces = new Pieces();
      pieces.accept(text, from, to);
      for (int i = 0; i < parts.size(); i++) {
        var part = parts.get(i);
        boolean mapped = part.byteLevel() && i + 1 < parts.size();
        var next = new Pieces();
        PieceSink taker = mapped ? next::acceptBytes : next;
        pieces.forEach((piece, start, end) -> part.split(piece, start, end, taker));
        pieces = next;
        TextGrowth.check("pre_tokenizer", to - from, pieces.units());
      }
      pieces.forEach(sink);
    }

    @Override
    public boolean byteLevel() {
      return !parts.isEmpty() && parts.getLast().byteLevel();
    }
  }

  /** Words by GPT-2's expression, or the whole piece, as bytes. */
  record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PreTokenizer {
    private static final Delimiter WORDS = new Delimiter.Words(new WordPattern.Gpt2());

    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      boolean add = addPrefixSpace && text.chars().charAt(from) != ' ';
      var all = add ? text.prepend(" ", from, to) : text;
      int start = add ? 0 : from;
      int end = add ? all.length() : to;
      if (useRegex) {
        WORDS.split(all, start, end, SplitBehavior.ISOLATED, false, sink);
      } else {
        sink.accept(all, start, end);
      }
    }

    @Override
    public boolean byteLevel() {
      return true;
    }
  }

  /** Numbers apart from the rest, each digit on its own or not. */
  record Digits(boolean individualDigits) implements PreTokenizer {
    private static final Delimiter NUMBERS = new Delimiter.Class(Characters::isNumber);

    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      var behavior = individualDigits ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS;
      NUMBERS.split(text, from, to, behavior, false, sink);
    }
  }

  /** At the matches of a pattern, or where invert says so at what lies between them. */
  record Split(TextPattern pattern, SplitBehavior behavior, boolean invert) implements PreTokenizer {
    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      pattern.delimiter().split(text, from, to, behavior, invert, sink);
    }
  }

  /** At punctuation. */
  record Punctuation(SplitBehavior behavior) implements PreTokenizer {
    private static final Delimiter MARKS = new Delimiter.Class(Characters::isPunctuation);

    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      MARKS.split(text, from, to, behavior, false, sink);
    }
  }

  /** Runs of word characters and runs of others; white space is dropped. */
  record Whitespace() implements PreTokenizer {
    // Not by Oniguruma in the Python library, and so with Java's kind of words.
    private static final Delimiter WORDS =
        new Delimiter.Regex(Pattern.compile("\\w+|[^\\w\\s]+", Pattern.UNICODE_CHARACTER_CLASS));

    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      WORDS.split(text, from, to, SplitBehavior.REMOVED, true, sink);
    }
  }

  /** What lies between white space. */
  record WhitespaceSplit() implements PreTokenizer {
    private static final Delimiter SPACES = new Delimiter.Class(Characters::isSpace);

    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      SPACES.split(text, from, to, SplitBehavior.REMOVED, false, sink);
    }
  }

  /** What lies between white space, and each punctuation mark alone. */
  record Bert() implements PreTokenizer {
    private static final Sequence STEPS =
        new Sequence(List.of(new WhitespaceSplit(), new Punctuation(SplitBehavior.ISOLATED)));

    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      STEPS.split(text, from, to, sink);
    }
  }

  /** What lies between occurrences of a character. */
  record CharDelimiterSplit(int delimiter) implements PreTokenizer {
    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      new Delimiter.Class(c -> c == delimiter).split(text, from, to, SplitBehavior.REMOVED, false, sink);
    }
  }

  /** So many characters each, the last one what is left. */
  record FixedLength(int length) implements PreTokenizer {
    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      String s = text.chars();
      for (int start = from; start < to; ) {
        int end = start;
        for (int n = 0; n < length && end < to; n++) {
          end += Character.charCount(s.codePointAt(end));
        }
        sink.accept(text, start, end);
        start = end;
      }
    }
  }

  /** SentencePiece's way: a visible character stands for the space, and words start with it. */
  record Metaspace(String replacement, Prepend prepend, boolean split) implements PreTokenizer {
    /** Where a replacement is put before a piece that does not start with one. */
    enum Prepend { ALWAYS, FIRST, NEVER }

    @Override
    public void split(AlignedText text, int from, int to, PieceSink sink) {
      var marked = new Normalizer.Replace(new TextPattern.Literal(" "), replacement)
          .apply(text.slice(from, to));
      boolean wanted = prepend == Prepend.ALWAYS || prepend == Prepend.FIRST && text.start(from) == 0;
      if (wanted && !marked.chars().startsWith(replacement)) {
        marked = marked.prepend(replacement, 0, marked.length());
      }
      if (split) {
        new TextPattern.Literal(replacement).delimiter()
            .split(marked, 0, marked.length(), SplitBehavior.MERGED_WITH_NEXT, false, sink);
      } else {
        sink.accept(marked, 0, marked.length());
      }
    }
  }
}
