package linnet.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.ReductionKernels;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Many elements to one, or each by what it is among its row. */
public sealed interface Reduction extends Op {
  /** What every op of the family takes. */
  Signature SIGNATURE = Signature.of("x(…)");

  /**
   * The sum over some dimensions, which disappear.
   *
   * @param dims which ones, negative ones counted from the last; none: all, to a scalar
   */
  record Sum(List<Integer> dims) implements Reduction {
    /** Copies the list. */
    public Sum {
      dims = List.copyOf(dims);
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return reducedType(this, inputs, dims);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var x = ctx.input(0);
      ctx.backend().reduce(ReductionKernels.Reduction.SUM,
          ctx.output().reshape(keptSizes(x.shape(), dims)), x);
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy, repeated
      var shape = ctx.type(0).shape();
      return new Tensor[] {ctx.dense(dy).reshape(keptSizes(shape, dims)).expand(shape)};
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }

  /**
   * The largest element along one dimension, which disappears. Equal largest ones share the gradient evenly.
   *
   * @param dim which one, negative ones counted from the last
   */
  record Max(int dim) implements Reduction {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      var type = reducedType(this, inputs, List.of(dim));
      if (inputs.get(0).shape().size(dim) == 0) {
        throw SIGNATURE.refusal(this, inputs, "dimension " + dim + " is empty");
      }
      return type;
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var x = ctx.input(0);
      int[] kept = keptSizes(x.shape(), List.of(dim));
      ctx.backend().reduce(ReductionKernels.Reduction.MAX, ctx.output().reshape(kept), x);
      return ctx.save(ctx.output());
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · (x = y) / how many
      var x = ctx.input(0);
      int[] kept = keptSizes(x.shape(), List.of(dim));
      var dx = ctx.gradient(0);
      ctx.backend().binary(Binary.EQUAL, dx, x, ctx.saved(0).reshape(kept).expand(x.shape()));
      var share = ctx.allocate(dy.dtype(), Shape.of(kept));
      ctx.backend().reduce(ReductionKernels.Reduction.SUM, share, dx);
      ctx.backend().binary(Binary.DIV, share, ctx.dense(dy).reshape(kept), share);
      ctx.backend().binary(Binary.MUL, dx, dx, share.expand(x.shape()));
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /** y(…,D) = exp(x) / Σ exp(x), the sum over the last dimension. */
  record Softmax() implements Reduction {
    private static final Signature SIGNATURE = Signature.of("x(…,D)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().softmax(ctx.output(), ctx.dense(ctx.input(0)));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = y · (dy − Σ y·dy)
      var dx = ctx.gradient(0);
      ctx.backend().softmaxBackward(dx, ctx.output(), ctx.dense(dy));
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.OUTPUT;
    }
  }

  /** y(…,D) = x − ln Σ exp(x), the sum over the last dimension. */
  record LogSoftmax() implements Reduction {
    private static final Signature SIGNATURE = Signature.of("x(…,D)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var x = ctx.input(0);
      var y = ctx.output();
      var row = ctx.allocate(x.dtype(), x.shape().with(-1, 1));
      var exponentials = ctx.allocate(x.dtype(), x.shape());
      ctx.backend().reduce(ReductionKernels.Reduction.MAX, row, x);
      ctx.backend().binary(Binary.SUB, y, x, row.expand(x.shape()));
      ctx.backend().unary(Unary.EXP, exponentials, y);
      ctx.backend().reduce(ReductionKernels.Reduction.SUM, row, exponentials);
      ctx.backend().unary(Unary.LOG, row, row);
      ctx.backend().binary(Binary.SUB, y, y, row.expand(x.shape()));
      return y;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy − exp(y) · Σ dy
      var dx = ctx.gradient(0);
      var row = ctx.allocate(dy.dtype(), dy.shape().with(-1, 1));
      ctx.backend().reduce(ReductionKernels.Reduction.SUM, row, dy);
      ctx.backend().unary(Unary.EXP, dx, ctx.output());
      ctx.backend().binary(Binary.MUL, dx, dx, row.expand(dx.shape()));
      ctx.backend().binary(Binary.SUB, dx, dy, dx);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.OUTPUT;
    }
  }

  private static TensorType reducedType(Op op, List<TensorType> inputs, List<Integer> dims) {
    var x = SIGNATURE.match(op, inputs).typeOf(0);
    int rank = x.shape().rank();
    if (!dims.stream().allMatch(d -> d >= -rank && d < rank)) {
      throw SIGNATURE.refusal(op, inputs, "there are no dimensions " + dims);
    }
    boolean[] reduced = reducedAxes(x.shape(), dims);
    var left = IntStream.range(0, rank).filter(d -> !reduced[d]).map(x.shape()::size);
    return new TensorType(x.dtype(), Shape.of(left.toArray()));
  }

  private static int[] keptSizes(Shape shape, List<Integer> dims) {
    int[] sizes = shape.toArray();
    boolean[] reduced = reducedAxes(shape, dims);
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = reduced[d] ? 1 : sizes[d];
    }
    return sizes;
  }

  private static boolean[] reducedAxes(Shape shape, List<Integer> dims) {
    var reduced = new boolean[shape.rank()];
    Arrays.fill(reduced, dims.isEmpty());
    dims.forEach(d -> reduced[shape.axis(d)] = true);
    return reduced;
  }
}
