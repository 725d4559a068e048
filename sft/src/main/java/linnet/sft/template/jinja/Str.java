package linnet.sft.template.jinja;

/** A text that knows which parts of it came from the input; indexed by code points, as in Python. */
public final class Str implements Value {
  static final Str EMPTY = new Str("", Origins.NONE, false);

  private final String text;
  private final Origins origins;
  private final boolean markup;
  private int codePoints = -1;
  private int hash;

  private Str(String text, Origins origins, boolean markup) {
    this.text = text;
    this.origins = origins;
    this.markup = markup;
  }

  /**
   * A text with no origin.
   *
   * @param text the characters
   * @return the value
   */
  public static Str of(String text) {
    return text.isEmpty() ? EMPTY : new Str(text, Origins.NONE, false);
  }

  /**
   * A text that came from one place of the input.
   *
   * @param text the characters
   * @param label what the caller calls that place, not negative
   * @return the value
   */
  public static Str of(String text, int label) {
    return of(text, Origins.all(text.length(), label));
  }

  static Str of(String text, Origins origins) {
    return text.isEmpty() ? EMPTY : new Str(text, origins, false);
  }

  /**
   * The characters.
   *
   * @return the text
   */
  public String text() {
    return text;
  }

  Origins origins() {
    return origins;
  }

  /** A text made from this one by an operation that does not keep places. */
  Str rewritten(String result) {
    return of(result, origins.smeared(result.length())).as(markup);
  }

  boolean isMarkup() {
    return markup;
  }

  /** The same, which putting it together with {@link Markup} does not escape. */
  Str asMarkup() {
    return as(true);
  }

  /** The same as plain text. */
  Str plain() {
    return as(false);
  }

  private Str as(boolean other) {
    return markup == other ? this : new Str(text, origins, other);
  }

  /** The part between two UTF-16 offsets. */
  Str substring(int from, int to) {
    return from == 0 && to == text.length() ? this
        : of(text.substring(from, to), origins.slice(from, to)).as(markup);
  }

  /** The length in code points. */
  int length() {
    if (codePoints < 0) {
      codePoints = text.codePointCount(0, text.length());
    }
    return codePoints;
  }

  /** Whether code points are found without a search. */
  boolean isPlainPlane() {
    return length() == text.length();
  }

  /** The UTF-16 offset of a code point. */
  int offset(int codePoint) {
    return isPlainPlane() ? codePoint : text.offsetByCodePoints(0, codePoint);
  }

  Str codePoint(int index) {
    var from = offset(index);
    return substring(from, from + Character.charCount(text.codePointAt(from)));
  }

  @Override
  public String typeName() {
    return markup ? "Markup" : "str";
  }

  @Override
  public boolean truth() {
    return !text.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Str that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    if (hash == 0) {
      hash = KeyedHash.of(text);
    }
    return hash;
  }

  @Override
  public String toString() {
    return text;
  }

  /** Puts a text together from parts and keeps where each came from. */
  static final class Builder {
    private final Budget budget;
    private final StringBuilder text = new StringBuilder();
    private final Origins.Builder origins = new Origins.Builder();

    Builder(Budget budget) {
      this.budget = budget;
    }

    Builder add(Str part) {
      budget.part(text.length(), part);
      origins.add(text.length(), part.origins);
      text.append(part.text);
      return this;
    }

    int length() {
      return text.length();
    }

    Str build() {
      return of(text.toString(), origins.build());
    }
  }
}
