package linnet.autograd;

import java.util.List;
import linnet.tensor.AttentionRule;
import linnet.tensor.Segments;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Tokens that look at other tokens. */
public sealed interface Attention extends Op {
  /**
   * Causal grouped-query attention within the rows of a flat batch: out(T,H,D) = softmax(scale ·
   * q(T,H,D)·k(S,G,D)ᵀ) · v(S,G,D), H a multiple of G; with a window or capped scores where the rule says
   * so. Keeps the result and the logarithms of the denominators; scores are made again in the backward pass.
   *
   * @param rows which tokens belong together
   * @param rule the scale, usually 1/√D, and what a query sees
   */
  record CausalAttention(Segments rows, AttentionRule rule) implements Attention {
    private static final Signature SIGNATURE = Signature.of("q(T,H,D)", "k(S,G,D)", "v(S,G,D)");

    /** Attention to all earlier tokens. */
    public CausalAttention(Segments rows, double scale) {
      this(rows, AttentionRule.causal(scale));
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var sizes = SIGNATURE.match(this, inputs);
      if (sizes.of("G") == 0 || sizes.of("H") % sizes.of("G") != 0) {
        throw SIGNATURE.refusal(this, inputs, "H is not a multiple of G");
      }
      int keys = rows.keyStart(rows.rows());
      if (rows.queries() != sizes.of("T") || keys > sizes.of("S")) {
        throw SIGNATURE.refusal(this, inputs,
            "the rows have " + rows.queries() + " queries (T) and " + keys + " keys (S)");
      }
      return sizes.typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var q = ctx.input(0);
      var out = ctx.save(ctx.output());
      var logSumExp = ctx.save(ctx.allocate(q.dtype(), Shape.of(q.size(0), q.size(1))));
      ctx.backend().attention(out, logSumExp, q, ctx.input(1), ctx.input(2), rows, rule);
      return out;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at AttentionKernels
      var gradients = new Tensor[] {ctx.gradient(0), ctx.gradient(1), ctx.gradient(2)};
      ctx.backend().attentionBackward(gradients[0], gradients[1], gradients[2], dy, ctx.saved(0),
          ctx.saved(1), ctx.input(0), ctx.input(1), ctx.input(2), rows, rule);
      for (int i = 0; i < gradients.length; i++) {
        gradients[i] = ctx.needs(i) ? gradients[i] : null;
      }
      return gradients;
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }
}
