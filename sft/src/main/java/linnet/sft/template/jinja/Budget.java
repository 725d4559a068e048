package linnet.sft.template.jinja;

import java.math.BigInteger;
import java.util.Collection;

/** What is left of the {@link Limits} during one rendering. */
final class Budget {
  /** No template counts so far; printing an integer takes the square of its length. */
  private static final int MAX_INTEGER_BITS = 4096;
  private static final int BITS_PER_STEP = 64;

  /** A step stands for 8 bytes at most, so that the number of steps bounds the memory as well as the time. */
  private static final int CHARACTERS_PER_STEP = 4;
  private static final int STEPS_PER_PIECE = 12;
  private static final int STEPS_PER_RUN = 2;

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
    characters(0, length);
  }

  /** Accounts for characters that are about to be added to a string of so many. */
  void characters(long before, long added) {
    if (before + added > limits.characters()) {
      throw limit("a text of more than " + limits.characters() + " characters");
    }
    steps(Math.ceilDiv(added, CHARACTERS_PER_STEP));
  }

  /** Accounts for a part that is about to be added to a text of so many characters. */
  void part(long before, Str part) {
    step();
    characters(before, part.text().length());
    runs(part);
  }

  private void runs(Str text) {
    steps((long) STEPS_PER_RUN * text.origins().count());
  }

  /** Accounts for what an operation has made. */
  void result(Value made) {
    pieces(1);
    if (made instanceof Str text) {
      characters(text.text().length());
      runs(text);
    }
  }

  /** Accounts for what a filter or a test looks at. */
  void read(Value subject, Args args) {
    read(subject);
    read(args.positional());
    read(args.named().values());
  }

  /** Accounts for texts that an operation looks at, character by character. */
  void read(Collection<Value> values) {
    values.forEach(this::read);
  }

  /** Accounts for a text that an operation looks at, character by character. */
  void read(Value value) {
    step();
    if (value instanceof Str text) {
      steps(Math.ceilDiv(text.text().length(), CHARACTERS_PER_STEP));
    }
  }

  /** Accounts for a container of values that there are already. */
  void elements(long count) {
    if (count > limits.characters()) {
      throw limit("a sequence of more than " + limits.characters() + " elements");
    }
    steps(count);
  }

  /** Accounts for values that are about to be made, to be kept beside each other. */
  void pieces(long count) {
    steps(count * STEPS_PER_PIECE);
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
        + "; shorten the conversation, or raise the limit in the program if the template is trusted");
  }
}
