package linnet.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import linnet.tensor.Backend;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Matrix products. Frozen weights may have any floating dtype, and cost nothing in the backward pass. */
public sealed interface Contraction extends Op {
  /** y(…,M,N) = a(…,M,K) · b(…,K,N); leading dimensions broadcast. */
  record Matmul() implements Contraction {
    private static final Signature SIGNATURE = Signature.of("a(…,M,K)", "any b(…,K,N)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var sizes = SIGNATURE.match(this, inputs);
      try {
        var batch = Shape.broadcast(leading(inputs.get(0).shape()), leading(inputs.get(1).shape()));
        return new TensorType(inputs.get(0).dtype(), matrices(batch, sizes.of("M"), sizes.of("N")));
      } catch (IllegalArgumentException _) {
        throw SIGNATURE.refusal(this, inputs, "leading dimensions do not broadcast");
      }
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var y = ctx.output();
      var batch = leading(y.shape());
      ctx.backend().matmul(y, repeated(ctx.input(0), batch), repeated(ctx.input(1), batch));
      return y;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // da = dy · bᵀ, db = aᵀ · dy
      var batch = leading(dy.shape());
      Tensor da = null;
      Tensor db = null;
      if (ctx.needs(0)) {
        var b = repeated(ctx.input(1), batch);
        var product = ctx.allocate(dy.dtype(), matrices(batch, dy.size(-2), b.size(-2)));
        ctx.backend().matmul(product, dy, b.transpose());
        da = ctx.sumToInput(0, product);
      }
      if (ctx.needs(1)) {
        var a = repeated(ctx.input(0), batch);
        var product = ctx.allocate(dy.dtype(), matrices(batch, a.size(-1), dy.size(-1)));
        ctx.backend().matmul(product, a.transpose(), dy);
        db = ctx.sumToInput(1, product);
      }
      return new Tensor[] {da, db};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return needs.test(1 - input);
    }

    private static Tensor repeated(Tensor x, Shape batch) {
      return x.expand(matrices(batch, x.size(-2), x.size(-1)));
    }

    private static Shape leading(Shape shape) {
      return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
    }

    private static Shape matrices(Shape batch, int rows, int columns) {
      int[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
      sizes[batch.rank()] = rows;
      sizes[batch.rank() + 1] = columns;
      return Shape.of(sizes);
    }
  }

  /** y(M,N) = x(M,K) · w(N,K)ᵀ. */
  record Linear() implements Contraction {
    private static final Signature SIGNATURE = Signature.of("x(M,K)", "any w(N,K)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).type("M", "N");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().matmul(ctx.output(), ctx.input(0), ctx.input(1).transpose());
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · w, dw = dyᵀ · x
      Tensor dx = null;
      if (ctx.needs(0)) {
        dx = ctx.gradient(0);
        ctx.backend().matmul(dx, dy, ctx.input(1));
      }
      return new Tensor[] {dx, ctx.needs(1) ? ctx.addMatmul(1, dy.transpose(), ctx.input(0)) : null};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return needs.test(1 - input);
    }
  }

  /**
   * Several linear layers of one input, their results side by side: y(M,N1+N2+…) = x(M,K) · [w1(N1,K);
   * w2(N2,K); …]ᵀ.
   *
   * @param layers the number of weights
   */
  record LinearEach(int layers) implements Contraction {
    private static final Signature SIGNATURE = Signature.of("x(M,K)", "any w(N,K)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      if (layers < 1 || inputs.size() != layers + 1) {
        throw new IllegalArgumentException(name() + " of " + layers + " layers takes x(M,K) and as many w(N,K),"
            + " at least one; found " + inputs);
      }
      var x = inputs.getFirst();
      int columns = 0;
      for (var w : inputs.subList(1, inputs.size())) {
        columns += SIGNATURE.match(this, List.of(x, w)).of("N");
      }
      return new TensorType(x.dtype(), x.shape().with(-1, columns));
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var weights = IntStream.rangeClosed(1, layers).mapToObj(i -> ctx.input(i).transpose()).toList();
      ctx.backend().matmulEach(ctx.output(), ctx.input(0), weights);
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = Σ dyᵢ · wᵢ, dwᵢ = dyᵢᵀ · x
      var gradients = new Tensor[layers + 1];
      int from = 0;
      for (int i = 1; i <= layers; i++) {
        int end = from + ctx.type(i).shape().size(0);
        var part = dy.slice(1, from, end);
        if (ctx.needs(0) && gradients[0] == null) {
          gradients[0] = ctx.gradient(0);
          ctx.backend().matmul(gradients[0], part, ctx.input(i));
        } else if (ctx.needs(0)) {
          ctx.backend().matmulAdd(gradients[0], part, ctx.input(i));
        }
        if (ctx.needs(i)) {
          gradients[i] = ctx.addMatmul(i, part.transpose(), ctx.input(0));
        }
        from = end;
      }
      return gradients;
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return input > 0 ? needs.test(0) : IntStream.rangeClosed(1, layers).anyMatch(needs);
    }
  }

  /**
   * A linear layer with a low-rank update (Hu et al., "LoRA", 2021): y(T,N) = x(T,K) · w(N,K)ᵀ + scale ·
   * drop(x) · a(R,K)ᵀ · b(N,R)ᵀ. Keeps x and the thin product; the dropout mask is drawn again in the
   * backward pass.
   *
   * @param scale alpha / rank, in Hugging Face's terms
   * @param p dropout probability of the update's input, in [0, 1)
   * @param rowKeys T random keys, see {@link Elementwise.Dropout}; empty if p is 0
   */
  record LoraLinear(double scale, double p, long[] rowKeys) implements Contraction {
    private static final Signature SIGNATURE = Signature.of("x(T,K)", "any w(N,K)", "a(R,K)", "b(N,R)");

    /** Copies the keys. */
    public LoraLinear {
      rowKeys = rowKeys.clone();
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var sizes = SIGNATURE.match(this, inputs);
      Elementwise.Dropout.requireMask(this, p, rowKeys, p == 0 ? 0 : sizes.of("T"));
      return sizes.type("T", "N");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var x = ctx.input(0);
      var a = ctx.input(2);
      var y = ctx.output();
      var u = ctx.save(ctx.allocate(x.dtype(), Shape.of(x.size(0), a.size(0))));
      var w = ctx.input(1);
      var b = ctx.input(3);
      if (p == 0) {
        ctx.backend().matmulLowRank(y, u, x, w.transpose(), a.transpose(), b.transpose(), scale);
        return y;
      }
      var dropped = ctx.allocate(x.dtype(), x.shape());
      ctx.backend().dropout(dropped, x, p, rowKeys);
      ctx.backend().matmul(u, dropped, a.transpose());
      ctx.backend().affine(u, u, scale, 0);
      ctx.backend().matmulPair(y, x, w.transpose(), u, b.transpose());
      return y;
    }

    /**
     * With u = scale · drop(x)·aᵀ: du = scale · dy·b, dx = dy·w + drop(du·a), da = duᵀ·drop(x), db = dyᵀ·u,
     * and dw = dyᵀ·x where w trains, too.
     */
    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      var backend = ctx.backend();
      var gradients = new Tensor[4];
      if (ctx.needs(0) || ctx.needs(2)) {
        var du = ctx.allocate(dy.dtype(), ctx.saved(0).shape());
        if (ctx.needs(0)) {
          gradients[0] = inputGradient(ctx, dy, du);
        } else {
          thinGradient(backend, du, dy, ctx.input(3));
        }
        if (ctx.needs(2)) {
          gradients[2] = ctx.addMatmul(2, du.transpose(), dropped(ctx));
        }
      }
      if (ctx.needs(1)) {
        gradients[1] = ctx.addMatmul(1, dy.transpose(), ctx.input(0));
      }
      if (ctx.needs(3)) {
        gradients[3] = ctx.addMatmul(3, dy.transpose(), ctx.saved(0));
      }
      return gradients;
    }

    /** dx, and du on the way. */
    private Tensor inputGradient(BackwardContext ctx, Tensor dy, Tensor du) {
      var backend = ctx.backend();
      var w = ctx.input(1);
      var a = ctx.input(2);
      var b = ctx.input(3);
      var dx = ctx.gradient(0);
      if (p == 0) {
        backend.matmulLowRank(dx, du, dy, w, b, a, scale);
        return dx;
      }
      thinGradient(backend, du, dy, b);
      backend.matmul(dx, dy, w);
      var update = ctx.allocate(dx.dtype(), dx.shape());
      backend.matmul(update, du, a);
      backend.dropout(update, update, p, rowKeys);
      backend.addScaled(dx, update, 1);
      return dx;
    }

    private void thinGradient(Backend backend, Tensor du, Tensor dy, Tensor b) {
      backend.matmul(du, dy, b);
      backend.affine(du, du, scale, 0);
    }

    private Tensor dropped(BackwardContext ctx) {
      var x = ctx.input(0);
      if (p == 0) {
        return x;
      }
      var dropped = ctx.allocate(x.dtype(), x.shape());
      ctx.backend().dropout(dropped, x, p, rowKeys);
      return dropped;
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return switch (input) {
        case 0 -> needs.test(1) || needs.test(2);
        case 1, 2 -> needs.test(0);
        default -> needs.test(0) || needs.test(2);
      };
    }
  }
}
