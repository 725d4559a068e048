package linnet.tensor.conformance;

import java.util.Arrays;
import java.util.List;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** How a tensor of a given shape may lie in its storage. */
enum Layout {
  DENSE {
    @Override
    Tensor place(Scope scope, DType dtype, int... sizes) {
      return scope.allocate(dtype, sizes);
    }
  },
  /** The last two dimensions exchanged, as in a weight's transpose. */
  TRANSPOSED {
    @Override
    Tensor place(Scope scope, DType dtype, int... sizes) {
      if (sizes.length < 2) {
        return DENSE.place(scope, dtype, sizes);
      }
      return scope.allocate(dtype, swapped(sizes, sizes.length - 2, sizes.length - 1)).transpose();
    }
  },
  /** The first two dimensions exchanged, as heads before tokens. */
  OUTER_SWAPPED {
    @Override
    Tensor place(Scope scope, DType dtype, int... sizes) {
      if (sizes.length < 3) {
        return SLICED.place(scope, dtype, sizes);
      }
      return scope.allocate(dtype, swapped(sizes, 0, 1)).transpose(0, 1);
    }
  },
  /** A part of something larger, as a head of a joint projection. */
  SLICED {
    @Override
    Tensor place(Scope scope, DType dtype, int... sizes) {
      var view = scope.allocate(dtype, Arrays.stream(sizes).map(s -> s + 3).toArray());
      for (int d = 0; d < sizes.length; d++) {
        view = view.slice(d, 1, 1 + sizes[d]);
      }
      return view;
    }
  },
  /** Every third element. */
  STRIDED {
    @Override
    Tensor place(Scope scope, DType dtype, int... sizes) {
      int[] wider = Arrays.copyOf(sizes, sizes.length + 1);
      wider[sizes.length] = 3;
      return scope.allocate(dtype, wider).select(-1, 1);
    }
  },
  /** One sub-tensor repeated along the first dimension. */
  REPEATED {
    @Override
    Tensor place(Scope scope, DType dtype, int... sizes) {
      return scope.allocate(dtype, Shape.of(sizes).with(0, 1)).expand(Shape.of(sizes));
    }
  },
  /** One column repeated along the last dimension. */
  SPREAD {
    @Override
    Tensor place(Scope scope, DType dtype, int... sizes) {
      return scope.allocate(dtype, Shape.of(sizes).with(-1, 1)).expand(Shape.of(sizes));
    }
  };

  /** All there are. */
  static final List<Layout> ANY = List.of(values());

  /** Those in which every element has a place of its own. */
  static final List<Layout> WRITABLE = List.of(DENSE, TRANSPOSED, OUTER_SWAPPED, SLICED, STRIDED);

  /** Those whose last dimension is dense. */
  static final List<Layout> DENSE_ROWS = List.of(DENSE, OUTER_SWAPPED, SLICED);

  abstract Tensor place(Scope scope, DType dtype, int... sizes);

  private static int[] swapped(int[] sizes, int a, int b) {
    int[] result = sizes.clone();
    result[a] = sizes[b];
    result[b] = sizes[a];
    return result;
  }
}
