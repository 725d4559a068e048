package linnet.sft.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What decoders are made of: stages, each of which serves for one text. */
final class DecoderStages {
  private DecoderStages() {}

  /** A stage that takes tokens, made to take what comes as parts of one: it waits for all of them. */
  static Decoder.Stage whole(Decoder.Input input, Decoder.Stage stage) {
    return input == Decoder.Input.TOKENS ? stage : new Whole(stage, new StringBuilder());
  }

  private record Whole(Decoder.Stage stage, StringBuilder text) implements Decoder.Stage {
    @Override
    public void accept(String part) {
      text.append(part);
    }

    @Override
    public void finish() {
      if (!text.isEmpty()) {
        stage.accept(text.toString());
      }
      stage.finish();
    }
  }

  /** Collects text. */
  record Collect(StringBuilder text) implements Decoder.Stage {
    @Override
    public void accept(String part) {
      text.append(part);
    }

    @Override
    public void finish() {}
  }

  /** What becomes of each token. */
  @FunctionalInterface
  interface Rewrite {
    /** The text of a token, the first of all or a later one. */
    String apply(String token, boolean first);
  }

  /** Rewrites token by token. */
  static final class Each implements Decoder.Stage {
    private final Decoder.Stage next;
    private final Rewrite rewrite;
    private boolean first = true;

    Each(Decoder.Stage next, Rewrite rewrite) {
      this.next = next;
      this.rewrite = rewrite;
    }

    @Override
    public void accept(String token) {
      String text = rewrite.apply(token, first);
      TextGrowth.checkToken(token.length(), text.length());
      next.accept(text);
      first = false;
    }

    @Override
    public void finish() {
      next.finish();
    }
  }

  /** Turns the byte alphabet into bytes and these into text, which it gives on character by character. */
  static final class Bytes implements Decoder.Stage {
    private final Decoder.Stage next;
    private byte[] held = new byte[0];

    Bytes(Decoder.Stage next) {
      this.next = next;
    }

    @Override
    public void accept(String token) {
      var bytes = bytes(token);
      int length = held.length + bytes.length;
      var all = Arrays.copyOf(held, length);
      System.arraycopy(bytes, 0, all, held.length, bytes.length);
      int complete = Utf8.completeLength(all, length);
      held = Arrays.copyOfRange(all, complete, length);
      if (complete > 0) {
        next.accept(Utf8.text(all, complete));
      }
    }

    @Override
    public void finish() {
      if (held.length > 0) {
        next.accept(Utf8.text(held, held.length));
      }
      next.finish();
    }

    private static byte[] bytes(String token) {
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

  /** Holds back a run of bytes until its last has come, since one that is wrong makes all of them so. */
  static final class Fallback implements Decoder.Stage {
    private final Decoder.Stage next;
    private byte[] run = new byte[8];
    private int length;

    Fallback(Decoder.Stage next) {
      this.next = next;
    }

    @Override
    public void accept(String token) {
      int b = Decoder.ByteFallback.byteOf(token);
      if (b < 0) {
        endRun();
        next.accept(token);
        return;
      }
      if (length == run.length) {
        run = Arrays.copyOf(run, 2 * length);
      }
      run[length++] = (byte) b;
    }

    @Override
    public void finish() {
      endRun();
      next.finish();
    }

    private void endRun() {
      if (length == 0) {
        return;
      }
      try {
        next.accept(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run, 0, length)).toString());
      } catch (CharacterCodingException invalid) {
        for (int i = 0; i < length; i++) {
          next.accept("\ufffd");
        }
      }
      length = 0;
    }
  }

  /** Drops up to so many of a character at the start of the text. */
  static final class StripStart implements Decoder.Stage {
    private final Decoder.Stage next;
    private final int content;
    private int left;

    StripStart(Decoder.Stage next, int content, int most) {
      this.next = next;
      this.content = content;
      left = most;
    }

    @Override
    public void accept(String part) {
      int from = 0;
      while (left > 0 && from < part.length()) {
        if (part.codePointAt(from) == content) {
          from += Character.charCount(content);
          left--;
        } else {
          left = 0;
        }
      }
      next.accept(part.substring(from));
    }

    @Override
    public void finish() {
      next.finish();
    }
  }

  /** Makes the mark at the end of words a space; the last token is held back, for it has none. */
  static final class WordEnds implements Decoder.Stage {
    private final Decoder.Stage next;
    private final String suffix;
    private String last;

    WordEnds(Decoder.Stage next, String suffix) {
      this.next = next;
      this.suffix = suffix;
    }

    @Override
    public void accept(String token) {
      if (last != null) {
        next.accept(last.replace(suffix, " "));
      }
      last = token;
    }

    @Override
    public void finish() {
      if (last != null) {
        next.accept(last.replace(suffix, ""));
      }
      next.finish();
    }
  }
}
