package linnet.nn.model;

import java.nio.file.Path;
import java.util.Collection;
import java.util.TreeSet;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.StoredTensor;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Reads the tensors of files into a backend, with checks that say which tensor is wrong. */
public final class Weights {
  private static final int NAMES_LISTED = 8;

  private Weights() {}

  /**
   * A copy of a stored tensor.
   *
   * @throws ModelFormatException if its shape is another or its values are not all finite
   */
  public static Tensor copy(Path file, StoredTensor stored, Shape shape, DType dtype, Scope scope) {
    check(file, stored, shape);
    try (var mapped = scope.backend().scope("read")) {
      var source = scope.backend().adopt(mapped, stored.dtype(), stored.shape(), stored.bytes());
      var copy = scope.allocate(dtype, shape);
      scope.backend().copy(copy, source);
      return copy;
    }
  }

  /**
   * A stored tensor in place, where the backend can read its type from mapped memory.
   *
   * @throws ModelFormatException if its shape is another or its values are not all finite
   */
  static Tensor adopt(Path file, StoredTensor stored, Shape shape, Scope scope) {
    check(file, stored, shape);
    return scope.backend().adopt(scope, stored.dtype(), stored.shape(), stored.bytes());
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
      throw new ModelFormatException(file, "", "the tensors are not those of " + what + ": missing "
          + listed(missing) + "; left over " + listed(leftOver));
    }
  }

  private static String listed(Collection<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    var first = String.join(", ", names.stream().limit(NAMES_LISTED).toList());
    return names.size() <= NAMES_LISTED ? first : first + " and " + (names.size() - NAMES_LISTED) + " more";
  }

  private static void check(Path file, StoredTensor stored, Shape shape) {
    if (!stored.shape().equals(shape)) {
      throw new ModelFormatException(file, stored.name(), "found shape " + stored.shape() + ", expected "
          + shape + " for this configuration");
    }
    if (!FiniteCheck.allFinite(stored)) {
      throw new ModelFormatException(file, stored.name(), "found values that are infinite or not a number:"
          + " the weights are damaged, obtain the file again");
    }
  }
}
