package linnet.sft.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Turns tokens back into the UTF-8 bytes of the text, token by token, so that streaming gives the same text
 * as decoding at once. The records are the types of {@code tokenizer.json} of the same names.
 */
sealed interface Decoder {
  /** The bytes of a token, the first of a text or a later one. */
  byte[] bytes(String token, boolean first);

  /** The byte alphabet back into bytes; a token with another character stands for itself. */
  record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements Decoder {
    @Override
    public byte[] bytes(String token, boolean first) {
      var out = new byte[token.length()];
      for (int i = 0; i < out.length; i++) {
        int b = ByteAlphabet.toByte(token.charAt(i));
        if (b < 0) {
          return token.getBytes(StandardCharsets.UTF_8);
        }
        out[i] = (byte) b;
      }
      return out;
    }
  }

  /** One after the other. */
  record Sequence(List<Decoder> parts) implements Decoder {
    public Sequence {
      parts = List.copyOf(parts);
    }

    @Override
    public byte[] bytes(String token, boolean first) {
      String text = token;
      for (var part : parts) {
        if (part instanceof Rewrite rewrite) {
          text = rewrite.rewrite(text, first);
        } else if (!(part instanceof ByteFallback fallback) || fallback.isByte(text)) {
          return part.bytes(text, first);
        }
      }
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Tokens such as {@code <0xE2>} are single bytes. */
  record ByteFallback() implements Decoder {
    @Override
    public byte[] bytes(String token, boolean first) {
      return isByte(token)
          ? new byte[] {(byte) Integer.parseInt(token, 3, 5, 16)} : token.getBytes(StandardCharsets.UTF_8);
    }

    boolean isByte(String token) {
      return token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")
          && Character.digit(token.charAt(3), 16) >= 0 && Character.digit(token.charAt(4), 16) >= 0;
    }
  }

  /** A decoder that turns characters into characters. */
  sealed interface Rewrite extends Decoder {
    /** The rewritten token. */
    String rewrite(String token, boolean first);

    @Override
    default byte[] bytes(String token, boolean first) {
      return rewrite(token, first).getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Puts a string in place of each match. */
  record Replace(TextPattern pattern, String content) implements Rewrite {
    @Override
    public String rewrite(String token, boolean first) {
      return new Normalizer.Replace(pattern, content).apply(AlignedText.of(token)).chars();
    }
  }

  /** Joins the tokens to one text, which what follows in a sequence then sees as a whole. */
  record Fuse() implements Rewrite {
    @Override
    public String rewrite(String token, boolean first) {
      return token;
    }
  }

  /** Drops up to so many of a character at the start: of each token, or after {@link Fuse} of the text. */
  record Strip(char content, int start, boolean wholeText) implements Rewrite {
    @Override
    public String rewrite(String token, boolean first) {
      int cut = 0;
      while ((first || !wholeText) && cut < Math.min(start, token.length()) && token.charAt(cut) == content) {
        cut++;
      }
      return token.substring(cut);
    }
  }

  /** SentencePiece's visible space back into a space; those of the first token are dropped. */
  record Metaspace(String replacement, PreTokenizer.Metaspace.Prepend prepend, boolean split)
      implements Rewrite {
    @Override
    public String rewrite(String token, boolean first) {
      boolean drop = first && prepend != PreTokenizer.Metaspace.Prepend.NEVER;
      return token.replace(replacement, drop ? "" : " ");
    }
  }
}
