package linnet.nn.model;

import java.nio.file.Path;
import java.util.Collection;
import java.util.TreeSet;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.StoredTensor;
import linnet.nn.io.TensorSpec;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Reads the tensors of files into a backend, with checks that say which tensor is wrong. */
public final class Weights {
  /** What is wrong with a tensor that {@link FiniteCheck} does not pass. */
  public static final String NOT_FINITE = "found values that are infinite or not a number: the weights are"
      + " damaged, obtain the file again";

  private static final int NAMES_LISTED = 8;
  private static final int LONG_NAMES_LISTED = 3;
  /** So few values, such as a norm's, plain code copies before the JVM has compiled a backend's kernel. */
  private static final int FEW = 1 << 14;

  private Weights() {}

  /**
   * A copy of a stored tensor.
   *
   * @throws ModelFormatException if its shape is another or its values are not all finite
   */
  public static Tensor copy(Path file, StoredTensor stored, Shape shape, DType dtype, Scope scope) {
    requireShape(file, stored, shape);
    if (!FiniteCheck.allFinite(stored)) {
      throw new ModelFormatException(file, stored.name(), NOT_FINITE);
    }
    return copyUnchecked(stored, dtype, scope);
  }

  /** A copy of a stored tensor whose values somebody else checks. */
  static Tensor copyUnchecked(StoredTensor stored, DType dtype, Scope scope) {
    long elements = stored.shape().elements();
    if (dtype == DType.F32 && elements <= FEW) {
      var values = new float[(int) elements];
      Codec.decode(stored.dtype(), stored.bytes(), 0, values, 0, values.length);
      return scope.floats(values, stored.shape().toArray());
    }
    try (var mapped = scope.backend().scope("read")) {
      var source = scope.backend().adopt(mapped, stored.dtype(), stored.shape(), stored.bytes());
      var copy = scope.allocate(dtype, stored.shape());
      scope.backend().copy(copy, source);
      return copy;
    }
  }

  /**
   * Requires that the tensors of a file are those that were expected, no fewer and no more.
   *
   * @param what they were expected to be, for the message
   * @throws ModelFormatException if any are missing or left over; the message names them
   */
  public static void requireSameNames(Path file, String what, Collection<String> expected,
      Collection<String> found) {
    var missing = new TreeSet<>(expected);
    missing.removeAll(found);
    var leftOver = new TreeSet<>(found);
    leftOver.removeAll(expected);
    if (!missing.isEmpty() || !leftOver.isEmpty()) {
      throw new ModelFormatException(file, "", "found " + found.size() + " tensors, expected the " + expected.size()
          + " of " + what + ": missing " + listed(missing, LONG_NAMES_LISTED) + "; left over "
          + listed(leftOver, LONG_NAMES_LISTED));
    }
  }

  /** Names for a message: the first few and how many more there are, or "none". */
  public static String listed(Collection<String> names) {
    return listed(names, NAMES_LISTED);
  }

  private static String listed(Collection<String> names, int most) {
    if (names.isEmpty()) {
      return "none";
    }
    var first = String.join(", ", names.stream().limit(most).toList());
    return names.size() <= most ? first : first + " and " + (names.size() - most) + " more";
  }

  /**
   * Requires that a tensor has the shape that the configuration asks for.
   *
   * @throws ModelFormatException if it has another
   */
  static void requireShape(Path file, StoredTensor stored, Shape shape) {
    requireShape(file, stored.spec(), shape);
  }

  /** As {@link #requireShape(Path, StoredTensor, Shape)}, of a tensor that is not read. */
  static void requireShape(Path file, TensorSpec stored, Shape shape) {
    if (!stored.shape().equals(shape)) {
      throw new ModelFormatException(file, stored.name(), "found shape " + stored.shape() + ", expected "
          + shape + " for this configuration");
    }
  }
}
