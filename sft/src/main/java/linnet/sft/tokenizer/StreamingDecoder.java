package linnet.sft.tokenizer;

/**
 * Decodes the tokens of one text as they come. What later tokens may change is held back: bytes of a
 * character that is not complete yet, and with byte fallback a run of bytes that goes on. So the parts given
 * out, one after the other, are the text that {@link Tokenizer#decode(int[], Specials)} gives. Not for
 * several threads at once.
 */
public final class StreamingDecoder {
  private final Tokenizer tokenizer;
  private final Specials specials;
  private final TextCleanup cleanup;
  private final StringBuilder decoded = new StringBuilder();
  private final Decoder.Stage stage;

  StreamingDecoder(Tokenizer tokenizer, Specials specials) {
    this.tokenizer = tokenizer;
    this.specials = specials;
    cleanup = tokenizer.config().cleanUpSpaces() ? new TextCleanup() : null;
    stage = tokenizer.parts().decoder().open(Decoder.Input.TOKENS, new DecoderStages.Collect(decoded));
  }

  /**
   * Takes the next token.
   *
   * @param id its id; an id without a token gives nothing
   * @return the text that is now certain, often that of the token; empty where it is not complete
   */
  public String accept(int id) {
    var added = tokenizer.addedTokens().get(id);
    String form = tokenizer.decodedForm(id);
    if (form == null || specials == Specials.SKIP && added != null && added.special()) {
      return "";
    }
    stage.accept(form);
    String text = drain();
    return cleanup == null ? text : cleanup.accept(text);
  }

  /**
   * Ends the text.
   *
   * @return what was held back; a character that never became complete is U+FFFD
   */
  public String finish() {
    stage.finish();
    String text = drain();
    return cleanup == null ? text : cleanup.accept(text) + cleanup.finish();
  }

  private String drain() {
    String text = decoded.toString();
    decoded.setLength(0);
    return text;
  }
}
