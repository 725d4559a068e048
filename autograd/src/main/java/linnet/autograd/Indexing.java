package linnet.autograd;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import linnet.tensor.Tensor;

/** Rows picked, and tensors put together. */
public sealed interface Indexing extends Op {
  /**
   * y(T,D)[t] = table(V,D)[rows(T)[t]], rows I32. A frozen table may have any floating dtype.
   *
   * @param padding a row of the table that gets no gradient, as PyTorch's {@code padding_idx}
   */
  record GatherRows(OptionalInt padding) implements Indexing {
    private static final Signature SIGNATURE = Signature.of("any table(V,D)", "i32 rows(T)");

    /** Rows that all get their gradient. */
    public GatherRows() {
      this(OptionalInt.empty());
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var sizes = SIGNATURE.match(this, inputs);
      if (padding.isPresent() && (padding.getAsInt() < 0 || padding.getAsInt() >= sizes.of("V"))) {
        throw SIGNATURE.refusal(this, inputs, "there is no row " + padding.getAsInt() + " of padding");
      }
      return sizes.type("T", "D");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().gatherRows(ctx.output(), ctx.input(0), ctx.input(1));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dtable[rows[t]] += dy[t], where it is not padding
      var table = ctx.accumulator(0);
      if (padding.isEmpty()) {
        ctx.backend().scatterAddRows(table, ctx.input(1), dy);
      } else { // putting one row back is cheaper than leaving tokens out
        var row = table.slice(0, padding.getAsInt(), padding.getAsInt() + 1);
        var before = ctx.allocate(row.dtype(), row.shape());
        ctx.backend().copy(before, row);
        ctx.backend().scatterAddRows(table, ctx.input(1), dy);
        ctx.backend().copy(row, before);
      }
      return new Tensor[] {table, null};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return input == 1;
    }
  }

  /**
   * Inputs laid end to end along one dimension; all other sizes are equal.
   *
   * @param dim which one, negative ones counted from the last
   */
  record Concat(int dim) implements Indexing {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      if (inputs.isEmpty()) {
        throw new IllegalArgumentException("concat takes at least one input");
      }
      var first = inputs.get(0);
      int rank = first.shape().rank();
      boolean fits = first.isDifferentiable() && dim >= -rank && dim < rank;
      int total = 0;
      for (int i = 0; fits && i < inputs.size(); i++) {
        var type = inputs.get(i);
        fits = type.dtype() == first.dtype() && type.shape().rank() == rank
            && type.shape().with(dim, 0).equals(first.shape().with(dim, 0));
        total += fits ? type.shape().size(dim) : 0;
      }
      if (!fits) {
        throw new IllegalArgumentException("concat: inputs must be all F32 or all F64, and equal in every"
            + " dimension but " + dim + "; found " + inputs);
      }
      return new TensorType(first.dtype(), first.shape().with(dim, total));
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      int from = 0;
      for (int i = 0; i < ctx.inputs(); i++) {
        var part = ctx.input(i);
        ctx.backend().copy(ctx.output().slice(dim, from, from + part.size(dim)), part);
        from += part.size(dim);
      }
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // each input's part of dy
      var gradients = new Tensor[ctx.inputs()];
      int from = 0;
      for (int i = 0; i < gradients.length; i++) {
        int to = from + ctx.type(i).shape().size(dim);
        gradients[i] = ctx.needs(i) ? dy.slice(dim, from, to) : null;
        from = to;
      }
      return gradients;
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }
}
