package linnet.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Views against a model that simply lists which element of the storage each position shows. */
class TensorViewTest {
  private enum Kind { TRANSPOSE, SLICE, SELECT, EXPAND, RESHAPE }

  /** A view operation; its numbers are cut down to what the shape at hand allows. */
  private record Step(Kind kind, int a, int b) {}

  /** What a view shows: row by row, the index of each element in the storage. */
  private record Model(int[] sizes, int[] shown) {
    int at(int... index) {
      int position = 0;
      for (int d = 0; d < sizes.length; d++) {
        position = position * sizes[d] + index[d];
      }
      return shown[position];
    }

    /** The model of another shape, whose element at an index is this one's at {@code from(index)}. */
    Model pick(int[] newSizes, UnaryOperator<int[]> from) {
      var picked = new int[Arrays.stream(newSizes).reduce(1, (x, y) -> x * y)];
      var index = new int[newSizes.length];
      for (int i = 0; i < picked.length; i++) {
        picked[i] = at(from.apply(index.clone()));
        for (int d = index.length - 1; d >= 0 && ++index[d] == newSizes[d]; d--) {
          index[d] = 0;
        }
      }
      return new Model(newSizes, picked);
    }

    /** Whether strides exist that show this: the step along a dimension is the same wherever it is taken. */
    boolean hasStrides() {
      if (shown.length == 0) {
        return true;
      }
      var strides = new int[sizes.length];
      for (int d = 0; d < sizes.length; d++) {
        var neighbour = new int[sizes.length];
        neighbour[d] = Math.min(1, sizes[d] - 1);
        strides[d] = at(neighbour) - shown[0];
      }
      var affine = pick(sizes, index -> index);
      var index = new int[sizes.length];
      for (int i = 0; i < shown.length; i++) {
        int expected = shown[0];
        for (int d = 0; d < sizes.length; d++) {
          expected += index[d] * strides[d];
        }
        affine.shown[i] = expected;
        for (int d = index.length - 1; d >= 0 && ++index[d] == sizes[d]; d--) {
          index[d] = 0;
        }
      }
      return Arrays.equals(affine.shown, shown);
    }
  }

  @Provide
  Arbitrary<List<Integer>> sizes() {
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.integers().between(1, 4)),
        Tuple.of(1, Arbitraries.just(0))).list().ofMinSize(1).ofMaxSize(4);
  }

  @Provide
  Arbitrary<Step> steps() {
    return Combinators.combine(Arbitraries.of(Kind.class), Arbitraries.integers().between(0, 1000),
        Arbitraries.integers().between(0, 1000)).as(Step::new);
  }

  @Property(tries = 2000)
  void chainsOfViewsShowWhatTheModelShows(@ForAll("sizes") List<Integer> sizes,
      @ForAll @Size(max = 6) List<@From("steps") Step> steps) {
    try (var backend = Backends.reference(); var scope = backend.scope("views")) {
      int[] start = sizes.stream().mapToInt(i -> i).toArray();
      var view = scope.allocate(DType.F64, start);
      int[] all = IntStream.range(0, (int) view.elements()).toArray();
      view.copyFrom(Arrays.stream(all).asDoubleStream().toArray());
      var model = new Model(start, all);
      for (var step : steps) {
        var next = apply(step, model);
        try {
          view = apply(step, view);
        } catch (IllegalArgumentException e) {
          assertTrue(step.kind == Kind.RESHAPE && !next.hasStrides(), () -> step + ": " + e.getMessage());
          break;
        }
        model = next;
        assertArrayEquals(model.sizes, view.shape().toArray(), step::toString);
        assertArrayEquals(Arrays.stream(model.shown).asDoubleStream().toArray(), view.toDoubles(),
            step::toString);
        assertEquals(view.isContiguous(), isDense(model), step::toString);
      }
    }
  }

  private static boolean isDense(Model model) {
    return IntStream.range(1, model.shown.length).allMatch(i -> model.shown[i] == model.shown[i - 1] + 1);
  }

  private static Tensor apply(Step step, Tensor x) {
    int rank = x.rank();
    if (rank == 0 && step.kind != Kind.RESHAPE && step.kind != Kind.EXPAND) {
      return x;
    }
    int dim = rank == 0 ? 0 : step.a % rank;
    return switch (step.kind) {
      case TRANSPOSE -> x.transpose(dim, step.b % rank - rank);
      case SLICE -> x.slice(dim, from(step, x.size(dim)), to(step, x.size(dim)));
      case SELECT -> x.size(dim) == 0 ? x : x.select(dim, step.b % x.size(dim));
      case EXPAND -> x.expand(Shape.of(expanded(step, x.shape().toArray())));
      case RESHAPE -> x.reshape(reshaped(step, x.shape().toArray()));
    };
  }

  private static Model apply(Step step, Model x) {
    int rank = x.sizes.length;
    if (rank == 0 && step.kind != Kind.RESHAPE && step.kind != Kind.EXPAND) {
      return x;
    }
    int dim = rank == 0 ? 0 : step.a % rank;
    int[] sizes = x.sizes.clone();
    return switch (step.kind) {
      case TRANSPOSE -> {
        swap(sizes, dim, step.b % rank);
        yield x.pick(sizes, index -> swap(index, dim, step.b % rank));
      }
      case SLICE -> {
        int from = from(step, sizes[dim]);
        sizes[dim] = to(step, sizes[dim]) - from;
        yield x.pick(sizes, index -> {
          index[dim] += from;
          return index;
        });
      }
      case SELECT -> {
        if (sizes[dim] == 0) {
          yield x;
        }
        int[] kept = IntStream.range(0, rank).filter(d -> d != dim).map(d -> x.sizes[d]).toArray();
        yield x.pick(kept, index -> IntStream.range(0, rank)
            .map(d -> d == dim ? step.b % x.sizes[dim] : index[d < dim ? d : d - 1]).toArray());
      }
      case EXPAND -> {
        int[] target = expanded(step, sizes);
        yield x.pick(target, index -> IntStream.range(0, rank)
            .map(d -> x.sizes[d] == 1 ? 0 : index[d + target.length - rank]).toArray());
      }
      case RESHAPE -> new Model(reshaped(step, sizes), x.shown);
    };
  }

  private static int[] swap(int[] values, int a, int b) {
    int kept = values[a];
    values[a] = values[b];
    values[b] = kept;
    return values;
  }

  private static int from(Step step, int size) {
    return step.b % (size + 1);
  }

  private static int to(Step step, int size) {
    return from(step, size) + step.a % (size - from(step, size) + 1);
  }

  /** Ones become 2 or stay; one time in two a dimension is added in front. */
  private static int[] expanded(Step step, int[] sizes) {
    var grown = Arrays.stream(sizes).map(s -> s == 1 ? 1 + step.b % 2 : s);
    return (step.a % 2 == 0 ? grown : IntStream.concat(IntStream.of(2), grown)).toArray();
  }

  /** Merges dimensions a and a + 1, splits the outcome in another way, and puts in a 1. */
  private static int[] reshaped(Step step, int[] sizes) {
    int elements = Arrays.stream(sizes).reduce(1, (x, y) -> x * y);
    if (sizes.length < 2 || elements == 0) {
      return new int[] {1, elements};
    }
    int at = step.a % (sizes.length - 1);
    int merged = sizes[at] * sizes[at + 1];
    int[] divisors = IntStream.rangeClosed(1, merged).filter(d -> merged % d == 0).toArray();
    int first = divisors[step.b % divisors.length];
    var before = Arrays.stream(sizes, 0, at);
    var after = Arrays.stream(sizes, at + 2, sizes.length);
    var split = IntStream.of(first, 1, merged / first);
    return IntStream.concat(IntStream.concat(before, split), after).toArray();
  }

  @Test
  void reshapeInfersOneSize() {
    try (var backend = Backends.reference(); var scope = backend.scope("views")) {
      var x = scope.allocate(DType.F32, 4, 6);
      assertEquals(Shape.of(3, 8), x.reshape(3, -1).shape());
      assertEquals("cannot reshape (4, 6) to [5, -1]: nothing fits the size -1",
          assertThrows(IllegalArgumentException.class, () -> x.reshape(5, -1)).getMessage());
      assertEquals("cannot reshape (4, 6) (24 elements) to (5, 5) (25 elements)",
          assertThrows(IllegalArgumentException.class, () -> x.reshape(5, 5)).getMessage());
      var refused = assertThrows(IllegalArgumentException.class, () -> x.transpose().reshape(24));
      assertTrue(refused.getMessage().contains("contiguous(scope)"), refused.getMessage());
      assertFalse(x.transpose().isReshapable(24));
      var columns = x.slice(1, 2, 6);
      assertTrue(columns.isReshapable(4, 2, 2));
      assertFalse(columns.isReshapable(16));
      assertEquals(Shape.of(24), x.transpose().contiguous(scope).reshape(24).shape());
    }
  }

  @Test
  void refusesWhatDoesNotLieInTheShape() {
    try (var backend = Backends.reference(); var scope = backend.scope("views")) {
      var x = scope.allocate(DType.F32, 4, 6);
      assertEquals("slice [2, 7) of dimension 1 of shape (4, 6)",
          assertThrows(IllegalArgumentException.class, () -> x.slice(1, 2, 7)).getMessage());
      assertThrows(IllegalArgumentException.class, () -> x.slice(0, 3, 2));
      assertThrows(IllegalArgumentException.class, () -> x.select(0, 4));
      assertThrows(IllegalArgumentException.class, () -> x.transpose(0, 2));
      assertEquals("shapes (4, 6) and (4, 12) do not broadcast",
          assertThrows(IllegalArgumentException.class, () -> x.expand(Shape.of(4, 12))).getMessage());
      assertThrows(IllegalArgumentException.class, x::item);
    }
  }

  @Test
  void contiguousCopiesOnlyWhatIsNotDense() {
    try (var backend = Backends.reference(); var scope = backend.scope("views")) {
      var x = scope.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      assertTrue(x.contiguous(scope) == x);
      var turned = x.transpose().contiguous(scope);
      assertFalse(turned.sharesStorage(x));
      assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, turned.toFloats());
      assertEquals("F32(3, 2) strides [1, 3]", x.transpose().toString());
    }
  }
}
