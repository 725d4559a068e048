package linnet.sft.template.jinja;

import java.math.BigInteger;
import java.util.Collection;

/** What is left of the {@link Limits} during one rendering. */
final class Budget {
  /** No template counts so far; printing an integer takes the square of its length. */
  private static final int MAX_INTEGER_BITS = 4096;
  private static final int BITS_PER_STEP = 64;
  private static final int CHARACTERS_PER_STEP = 8;
  private static final int READ_PER_STEP = 4;

  private final Limits limits;
  private long stepsLeft;
  private int depth;

  Budget(Limits limits) {
    this.limits = limits;
    this.stepsLeft = limits.steps();
  }

  void step() {
    steps(1);
  }

  void steps(long count) {
    stepsLeft -= count;
    if (stepsLeft < 0) {
      throw limit("more than " + limits.steps() + " steps");
    }
  }

  /** Accounts for a string that is about to be built. */
  void characters(long length) {
    if (length > limits.characters()) {
      throw limit("a text of more than " + limits.characters() + " characters");
    }
    steps(length / CHARACTERS_PER_STEP);
  }

  /** Accounts for texts that an operation looks at, character by character, or has made. */
  void texts(Value first, Collection<Value> others) {
    text(first);
    others.forEach(this::text);
  }

  private void text(Value value) {
    steps(value instanceof Str s ? 1 + s.text().length() / READ_PER_STEP : 1);
  }

  /** Accounts for a container that is about to be built. */
  void elements(long count) {
    if (count > limits.characters()) {
      throw limit("a sequence of more than " + limits.characters() + " elements");
    }
    steps(count);
  }

  void integerBits(long bits) {
    if (bits > MAX_INTEGER_BITS) {
      throw limit("an integer of more than " + MAX_INTEGER_BITS + " bits");
    }
    steps(bits / BITS_PER_STEP);
  }

  BigInteger integer(BigInteger value) {
    integerBits(value.bitLength());
    return value;
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw limit("more than " + limits.depth() + " levels of nesting");
    }
  }

  void leave() {
    depth--;
  }

  int maxDepth() {
    return limits.depth();
  }

  private static TemplateException limit(String what) {
    return new TemplateException(ErrorKind.LIMIT, "the template needs " + what
        + "; raise the limit if the template is trusted");
  }
}
