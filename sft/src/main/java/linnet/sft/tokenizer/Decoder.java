package linnet.sft.tokenizer;

import java.util.HexFormat;
import java.util.List;

/**
 * Turns tokens back into text. The records are the types of {@code tokenizer.json} of the same names. Each
 * works as a stage that takes the tokens one by one, so that streaming gives the text of decoding at once.
 */
sealed interface Decoder {
  /** How text comes to a stage. */
  enum Input {
    /** Each part that it takes is a token. */
    TOKENS,
    /** All parts together are one token; a part holds whole characters. */
    PARTS
  }

  /** Takes the tokens of one text, or parts of it, in order, and gives on what it makes of them. */
  interface Stage {
    /** Takes the next token or part. */
    void accept(String text);

    /** Ends the text. */
    void finish();
  }

  /** A stage for one text, which gives to {@code next}. */
  Stage open(Input input, Stage next);

  /** How its text comes to the stage after it. */
  default Input output(Input input) {
    return input;
  }

  /** No decoder: the tokens with a space between. */
  record Joined() implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return new DecoderStages.Each(next, (token, first) -> first ? token : " " + token);
    }
  }

  /** The byte alphabet back into bytes; a token with another character stands for itself. */
  record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return DecoderStages.whole(input, new DecoderStages.Bytes(next));
    }

    @Override
    public Input output(Input input) {
      return Input.PARTS;
    }
  }

  /** One after the other. */
  record Sequence(List<Decoder> parts) implements Decoder {
    public Sequence {
      parts = List.copyOf(parts);
    }

    @Override
    public Stage open(Input input, Stage next) {
      return open(0, input, next);
    }

    private Stage open(int from, Input input, Stage next) {
      if (from == parts.size()) {
        return next;
      }
      var part = parts.get(from);
      return part.open(input, open(from + 1, part.output(input), next));
    }

    @Override
    public Input output(Input input) {
      var result = input;
      for (var part : parts) {
        result = part.output(result);
      }
      return result;
    }
  }

  /** Runs of tokens such as {@code <0xE2>} are UTF-8; each byte of a run that is none becomes U+FFFD. */
  record ByteFallback() implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return DecoderStages.whole(input, new DecoderStages.Fallback(next));
    }

    /** The byte that a token stands for, or -1. */
    static int byteOf(String token) {
      return token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")
          && HexFormat.isHexDigit(token.charAt(3)) && HexFormat.isHexDigit(token.charAt(4))
          ? HexFormat.fromHexDigits(token, 3, 5) : -1;
    }
  }

  /** Joins the tokens to one. */
  record Fuse() implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return next;
    }

    @Override
    public Input output(Input input) {
      return Input.PARTS;
    }
  }

  /** Puts a string in place of each match. */
  record Replace(TextPattern pattern, String content) implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      var replace = new Normalizer.Replace(pattern, content);
      var each = new DecoderStages.Each(next, (token, _) -> replace.apply(AlignedText.of(token)).chars());
      boolean oneCharacter = pattern instanceof TextPattern.Literal(var literal, _)
          && literal.codePointCount(0, literal.length()) == 1;
      return oneCharacter ? each : DecoderStages.whole(input, each);
    }
  }

  /** Drops up to so many of a character at the start of a token, and up to so many at its end. */
  record Strip(int content, int start, int stop) implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return input == Input.PARTS && stop == 0
          ? new DecoderStages.StripStart(next, content, start)
          : DecoderStages.whole(input, new DecoderStages.Each(next, (token, _) -> strip(token)));
    }

    private String strip(String token) {
      int from = 0;
      int width = Character.charCount(content);
      for (int n = 0; n < start && from < token.length() && token.codePointAt(from) == content; n++) {
        from += width;
      }
      int to = token.length();
      for (int n = 0; n < stop && to > from && token.codePointBefore(to) == content; n++) {
        to -= width;
      }
      return token.substring(from, to);
    }
  }

  /** SentencePiece's visible space back into a space; those of the first token are dropped. */
  record Metaspace(String replacement, PreTokenizer.Metaspace.Prepend prepend, boolean split)
      implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return new DecoderStages.Each(next, (token, first) -> {
        boolean drop = (first || input == Input.PARTS) && prepend != PreTokenizer.Metaspace.Prepend.NEVER;
        return token.replace(replacement, drop ? "" : " ");
      });
    }
  }

  /** A token without the prefix begins a word, and has a space before it unless it is the first. */
  record WordPiece(String prefix, boolean cleanup) implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return DecoderStages.whole(input, new DecoderStages.Each(next, (token, first) -> {
        String text = first ? token
            : token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
        return cleanup ? TextCleanup.ofToken(text) : text;
      }));
    }
  }

  /** The mark at the end of a word is a space, and nothing at the end of the text. */
  record Bpe(String suffix) implements Decoder {
    @Override
    public Stage open(Input input, Stage next) {
      return DecoderStages.whole(input, new DecoderStages.WordEnds(next, suffix));
    }
  }
}
