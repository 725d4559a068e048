package linnet.autograd;

import java.util.List;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** The same elements seen otherwise: results share their input's storage, and copy nothing but where said. */
public sealed interface View extends Op {
  /** What every op of the family takes. */
  Signature SIGNATURE = Signature.of("any x(…)");

  @Override
  default Saves saves() {
    return Saves.NONE;
  }

  /**
   * The same elements, in the same order, under another shape; copies if they do not lie row by row.
   *
   * @param sizes of the result; one may be −1: it is what remains
   */
  record Reshape(List<Integer> sizes) implements View {
    /** Copies the list. */
    public Reshape {
      sizes = List.copyOf(sizes);
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var x = SIGNATURE.match(this, inputs).typeOf(0);
      long elements = x.shape().elements();
      long known = 1;
      int unknown = -1;
      for (int d = 0; d < sizes.size(); d++) {
        if (sizes.get(d) == -1 && unknown < 0) {
          unknown = d;
        } else {
          known *= sizes.get(d);
        }
      }
      boolean fits = unknown < 0 ? known == elements : known > 0 && elements % known == 0;
      if (!fits || sizes.stream().filter(size -> size < 0).count() > (unknown < 0 ? 0 : 1)) {
        throw SIGNATURE.refusal(this, inputs, elements + " elements do not fit the sizes " + sizes);
      }
      int[] result = sizes.stream().mapToInt(Integer::intValue).toArray();
      if (unknown >= 0) {
        result[unknown] = Math.toIntExact(elements / known);
      }
      return new TensorType(x.dtype(), Shape.of(result));
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      int[] target = sizes.stream().mapToInt(Integer::intValue).toArray();
      var x = ctx.input(0);
      return (x.isReshapable(target) ? x : ctx.dense(x)).reshape(target);
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      return new Tensor[] {ctx.dense(dy).reshape(ctx.type(0).shape().toArray())};
    }
  }

  /**
   * Two dimensions exchanged.
   *
   * @param a one of them, negative ones counted from the last
   * @param b the other
   */
  record Transpose(int a, int b) implements View {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      var x = SIGNATURE.match(this, inputs).typeOf(0);
      int rank = x.shape().rank();
      if (a < -rank || a >= rank || b < -rank || b >= rank) {
        throw SIGNATURE.refusal(this, inputs, "there are no dimensions " + a + " and " + b);
      }
      return new TensorType(x.dtype(), x.shape().with(a, x.shape().size(b)).with(b, x.shape().size(a)));
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      return ctx.input(0).transpose(a, b);
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      return new Tensor[] {dy.transpose(a, b)};
    }
  }

  /**
   * A part of one dimension, {@code [from, to)}.
   *
   * @param dim which one, negative ones counted from the last
   * @param from the first index
   * @param to the index after the last
   */
  record Slice(int dim, int from, int to) implements View {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      var x = SIGNATURE.match(this, inputs).typeOf(0);
      int rank = x.shape().rank();
      if (dim < -rank || dim >= rank || from < 0 || to < from || to > x.shape().size(dim)) {
        throw SIGNATURE.refusal(this, inputs,
            "there is no part [" + from + ", " + to + ") of dimension " + dim);
      }
      return new TensorType(x.dtype(), x.shape().with(dim, to - from));
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      return ctx.input(0).slice(dim, from, to);
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy in its place, zeros around it
      var dx = ctx.accumulator(0);
      ctx.backend().addScaled(dx.slice(dim, from, to), dy, 1);
      return new Tensor[] {dx};
    }
  }

  /**
   * Dimensions of size 1, and missing leading ones, repeated.
   *
   * @param target the shape of the result
   */
  record Expand(Shape target) implements View {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      var x = SIGNATURE.match(this, inputs).typeOf(0);
      int missing = target.rank() - x.shape().rank();
      boolean fits = missing >= 0;
      for (int d = 0; fits && d < x.shape().rank(); d++) {
        fits = x.shape().size(d) == 1 || x.shape().size(d) == target.size(d + missing);
      }
      if (!fits) {
        throw SIGNATURE.refusal(this, inputs, "x does not expand to " + target);
      }
      return new TensorType(x.dtype(), target);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      return ctx.input(0).expand(target);
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      return new Tensor[] {ctx.sumToInput(0, dy)};
    }
  }
}
