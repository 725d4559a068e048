package linnet.sft.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes the tokens of one text as they come. Bytes of a character that is not complete yet are held back,
 * so the parts given out, one after the other, are the text that {@link Tokenizer#decode(int[], Specials)}
 * gives. Not for several threads at once.
 */
public final class StreamingDecoder {
  private final Tokenizer tokenizer;
  private final Specials specials;
  private final TextCleanup cleanup;
  private byte[] held = new byte[0];
  private boolean first = true;

  StreamingDecoder(Tokenizer tokenizer, Specials specials) {
    this.tokenizer = tokenizer;
    this.specials = specials;
    cleanup = tokenizer.config().cleanUpSpaces() ? new TextCleanup() : null;
  }

  /**
   * Takes the next token.
   *
   * @param id its id; an id without a token gives nothing
   * @return the text that is now certain, often that of the token; empty where it is not complete
   */
  public String accept(int id) {
    var added = tokenizer.addedTokens().get(id);
    if (specials == Specials.SKIP && added != null && added.special()) {
      return "";
    }
    var bytes = tokenizer.bytes(id, first);
    first = first && bytes.length == 0 && tokenizer.token(id).isEmpty();
    int length = held.length + bytes.length;
    var all = Arrays.copyOf(held, length);
    System.arraycopy(bytes, 0, all, held.length, bytes.length);
    int complete = Utf8.completeLength(all, length);
    held = Arrays.copyOfRange(all, complete, length);
    return clean(new String(all, 0, complete, StandardCharsets.UTF_8));
  }

  /**
   * Ends the text.
   *
   * @return what was held back; a character that never became complete is U+FFFD
   */
  public String finish() {
    String rest = clean(new String(held, StandardCharsets.UTF_8));
    held = new byte[0];
    return cleanup == null ? rest : rest + cleanup.finish();
  }

  private String clean(String text) {
    return cleanup == null ? text : cleanup.accept(text);
  }
}
