package linnet.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/**
 * The operands of an op as its Javadoc writes them: {@code Signature.of("x(M,K)", "any w(N,K)", "i32
 * ids(M)")}. Equal letters are equal sizes; a leading {@code …} stands for any further dimensions. Operands
 * without a word before them share one dtype, F32 or F64; {@code any} is any floating one, as frozen weights
 * have.
 */
public final class Signature {
  private static final int UNKNOWN = -1;
  private static final Pattern OPERAND = Pattern.compile("(?:(any|i32) )?(\\w+)\\((…?),?([A-Z,]*)\\)");

  private final List<Operand> operands;
  private final List<String> letters;

  private Signature(List<Operand> operands) {
    this.operands = operands;
    this.letters = operands.stream().flatMap(operand -> operand.letters.stream()).distinct().toList();
  }

  /**
   * Parses operands.
   *
   * @throws IllegalArgumentException if one is not of the form above
   */
  public static Signature of(String... operands) {
    return new Signature(Arrays.stream(operands).map(Operand::parse).toList());
  }

  /**
   * Checks inputs against the operands.
   *
   * @param op named in errors
   * @return what the letters stand for
   * @throws IllegalArgumentException if they do not fit; the message names op, letters, and all types found
   */
  public Sizes match(Op op, List<TensorType> inputs) {
    if (inputs.size() != operands.size()) {
      throw new IllegalArgumentException(
          op.name() + this + " takes " + operands.size() + " inputs, found " + inputs.size());
    }
    var sizes = new int[letters.size()];
    Arrays.fill(sizes, UNKNOWN);
    DType dtype = null;
    for (int i = 0; i < operands.size(); i++) {
      var operand = operands.get(i);
      var type = inputs.get(i);
      if (!operand.kind.admits(type, dtype)) {
        var expected = dtype != null && operand.kind == Kind.COMPUTED ? dtype.name() : operand.kind.expected;
        throw refusal(op, inputs, operand.name + " is " + type.dtype() + ", expected " + expected);
      }
      if (operand.kind == Kind.COMPUTED) {
        dtype = type.dtype();
      }
      bind(op, inputs, operand, type.shape(), sizes);
    }
    if (dtype == null) {
      dtype = inputs.stream().anyMatch(t -> t.dtype() == DType.F64) ? DType.F64 : DType.F32;
    }
    return new Sizes(inputs, dtype, letters, sizes);
  }

  private void bind(Op op, List<TensorType> inputs, Operand operand, Shape shape, int[] sizes) {
    int extra = shape.rank() - operand.letters.size();
    if (extra < 0 || extra > 0 && !operand.leading) {
      throw refusal(op, inputs, operand.name + " has rank " + shape.rank());
    }
    for (int d = 0; d < operand.letters.size(); d++) {
      var letter = operand.letters.get(d);
      int size = shape.size(d + extra);
      int index = letters.indexOf(letter);
      if (sizes[index] != UNKNOWN && sizes[index] != size) {
        throw refusal(op, inputs,
            letter + " is " + sizes[index] + " before and " + size + " in " + operand.name);
      }
      sizes[index] = size;
    }
  }

  /** An error that names op, operands and all types found, for what letters cannot say. */
  public IllegalArgumentException refusal(Op op, List<TensorType> inputs, String reason) {
    var found = new ArrayList<String>();
    for (int i = 0; i < inputs.size(); i++) {
      found.add(operands.get(i).name + " " + inputs.get(i));
    }
    return new IllegalArgumentException(
        op.name() + this + ": " + reason + "; found " + String.join(", ", found));
  }

  /** For example {@code [x(M,K), any w(N,K)]}. */
  @Override
  public String toString() {
    return operands.stream().map(Operand::text).collect(Collectors.joining(", ", "[", "]"));
  }

  private enum Kind {
    COMPUTED("F32 or F64"),
    ANY("a floating type"),
    INDEX("I32");

    private final String expected;

    Kind(String expected) {
      this.expected = expected;
    }

    boolean admits(TensorType type, DType computed) {
      return switch (this) {
        case COMPUTED -> type.isDifferentiable() && (computed == null || computed == type.dtype());
        case ANY -> type.dtype().isFloating();
        case INDEX -> type.dtype() == DType.I32;
      };
    }
  }

  private record Operand(String text, String name, Kind kind, boolean leading, List<String> letters) {
    static Operand parse(String text) {
      var parts = OPERAND.matcher(text);
      if (!parts.matches()) {
        throw new IllegalArgumentException("operand \"" + text + "\" is not like \"x(M,K)\" or \"any w(N)\"");
      }
      var kind = switch (parts.group(1)) {
        case null -> Kind.COMPUTED;
        case "any" -> Kind.ANY;
        default -> Kind.INDEX;
      };
      List<String> letters = parts.group(4).isEmpty() ? List.of() : List.of(parts.group(4).split(","));
      return new Operand(text, parts.group(2), kind, !parts.group(3).isEmpty(), letters);
    }
  }

  /** What the letters of a signature stand for in one call. */
  public static final class Sizes {
    private final List<TensorType> inputs;
    private final DType dtype;
    private final List<String> letters;
    private final int[] sizes;

    private Sizes(List<TensorType> inputs, DType dtype, List<String> letters, int[] sizes) {
      this.inputs = inputs;
      this.dtype = dtype;
      this.letters = letters;
      this.sizes = sizes;
    }

    /** The size that a letter stands for. */
    public int of(String letter) {
      return sizes[letters.indexOf(letter)];
    }

    /** The type of input {@code i}. */
    public TensorType typeOf(int i) {
      return inputs.get(i);
    }

    /** A type in the dtype that the op computes in, its sizes given by letters. */
    public TensorType type(String... dimensions) {
      var chosen = new int[dimensions.length];
      for (int d = 0; d < chosen.length; d++) {
        chosen[d] = of(dimensions[d]);
      }
      return new TensorType(dtype, Shape.of(chosen));
    }
  }
}
