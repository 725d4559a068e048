package linnet.sft.template.jinja;

import java.math.BigInteger;

/**
 * A value of the template language. Java's {@code equals} is Python's {@code ==} (so {@code 1}, {@code 1.0}
 * and {@code True} are equal and hash alike); containers are immutable, as the sandbox of transformers makes
 * them.
 */
public sealed interface Value
    permits Value.None, Value.Bool, Value.Int, Value.Float, Value.Range, Str, ListValue, TupleValue,
    DictValue,
        DictView, Iter, Namespace, Undefined, Callable, Cycler, TemplateReference {

  /** Python's {@code None}. */
  None NONE = new None();

  /**
   * The name of the Python type, for messages.
   *
   * @return for example {@code str}
   */
  String typeName();

  /**
   * Whether the value counts as true.
   *
   * @return Python's {@code bool(value)}
   */
  boolean truth();

  /** Python's {@code None}; {@link #NONE} is the one to use. */
  record None() implements Value {
    @Override
    public String typeName() {
      return "NoneType";
    }

    @Override
    public boolean truth() {
      return false;
    }
  }

  /**
   * A truth value.
   *
   * @param value true or false
   */
  record Bool(boolean value) implements Value {
    static final Bool TRUE = new Bool(true);
    static final Bool FALSE = new Bool(false);

    static Bool of(boolean value) {
      return value ? TRUE : FALSE;
    }

    BigInteger number() {
      return value ? BigInteger.ONE : BigInteger.ZERO;
    }

    @Override
    public String typeName() {
      return "bool";
    }

    @Override
    public boolean truth() {
      return value;
    }

    @Override
    public boolean equals(Object other) {
      return Numbers.equal(this, other);
    }

    @Override
    public int hashCode() {
      return Numbers.hash(this);
    }
  }

  /**
   * An integer of any size.
   *
   * @param value the number
   */
  record Int(BigInteger value) implements Value, Comparable<Int> {
    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }

    @Override
    public String typeName() {
      return "int";
    }

    @Override
    public boolean truth() {
      return value.signum() != 0;
    }

    @Override
    public boolean equals(Object other) {
      return Numbers.equal(this, other);
    }

    /** For hash tables, which order keys of one hash: anybody can name integers that have one. */
    @Override
    public int compareTo(Int other) {
      return value.compareTo(other.value);
    }

    @Override
    public int hashCode() {
      return Numbers.hash(this);
    }
  }

  /**
   * A float.
   *
   * @param value the number
   */
  record Float(double value) implements Value {
    @Override
    public String typeName() {
      return "float";
    }

    @Override
    public boolean truth() {
      return value != 0;
    }

    @Override
    public boolean equals(Object other) {
      return Numbers.equal(this, other);
    }

    @Override
    public int hashCode() {
      return Numbers.hash(this);
    }
  }

  /**
   * The integers {@code start, start + step, …}, {@code size} of them.
   *
   * @param start the first
   * @param stop where it was told to stop, for printing
   * @param step the distance, not zero
   * @param size how many
   */
  record Range(long start, long stop, long step, int size) implements Value {
    Int at(int index) {
      return Int.of(start + index * step);
    }

    @Override
    public String typeName() {
      return "range";
    }

    @Override
    public boolean truth() {
      return size > 0;
    }
  }
}
