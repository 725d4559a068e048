package linnet.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import linnet.tensor.AttentionRule;
import linnet.tensor.Segments;
import linnet.tensor.Shape;

/** The ops by name. Shapes, letters and gradients are at the op records. */
public interface Functions {
  /** Runs an op. */
  Variable apply(Op op, Variable... inputs);

  /** a + b, broadcast: {@link Arithmetic.Add}. */
  default Variable add(Variable a, Variable b) {
    return apply(new Arithmetic.Add(), a, b);
  }

  /** a − b, broadcast: {@link Arithmetic.Sub}. */
  default Variable sub(Variable a, Variable b) {
    return apply(new Arithmetic.Sub(), a, b);
  }

  /** a · b, broadcast: {@link Arithmetic.Mul}. */
  default Variable mul(Variable a, Variable b) {
    return apply(new Arithmetic.Mul(), a, b);
  }

  /** a / b, broadcast: {@link Arithmetic.Div}. */
  default Variable div(Variable a, Variable b) {
    return apply(new Arithmetic.Div(), a, b);
  }

  /** −x: {@link Elementwise.Neg}. */
  default Variable neg(Variable x) {
    return apply(new Elementwise.Neg(), x);
  }

  /** eˣ: {@link Elementwise.Exp}. */
  default Variable exp(Variable x) {
    return apply(new Elementwise.Exp(), x);
  }

  /** ln x: {@link Elementwise.Log}. */
  default Variable log(Variable x) {
    return apply(new Elementwise.Log(), x);
  }

  /** √x: {@link Elementwise.Sqrt}. */
  default Variable sqrt(Variable x) {
    return apply(new Elementwise.Sqrt(), x);
  }

  /** x²: {@link Elementwise.Square}. */
  default Variable square(Variable x) {
    return apply(new Elementwise.Square(), x);
  }

  /** tanh x: {@link Elementwise.Tanh}. */
  default Variable tanh(Variable x) {
    return apply(new Elementwise.Tanh(), x);
  }

  /** 1 / (1 + e⁻ˣ): {@link Elementwise.Sigmoid}. */
  default Variable sigmoid(Variable x) {
    return apply(new Elementwise.Sigmoid(), x);
  }

  /** max(x, 0): {@link Elementwise.Relu}. */
  default Variable relu(Variable x) {
    return apply(new Elementwise.Relu(), x);
  }

  /** erf x: {@link Elementwise.Erf}. */
  default Variable erf(Variable x) {
    return apply(new Elementwise.Erf(), x);
  }

  /** x · sigmoid(x), a composition. */
  default Variable silu(Variable x) {
    return mul(x, sigmoid(x));
  }

  /** x · factor: {@link Elementwise.Affine}. */
  default Variable scale(Variable x, double factor) {
    return apply(new Elementwise.Affine(factor, 0), x);
  }

  /** x + summand: {@link Elementwise.Affine}. */
  default Variable shift(Variable x, double summand) {
    return apply(new Elementwise.Affine(1, summand), x);
  }

  /** Inverted dropout of x(T,D); x itself if p is 0: {@link Elementwise.Dropout}. */
  default Variable dropout(Variable x, double p, long[] rowKeys) {
    return p == 0 ? x : apply(new Elementwise.Dropout(p, rowKeys), x);
  }

  /** The sum over some dimensions, which disappear; over all if none are given: {@link Reduction.Sum}. */
  default Variable sum(Variable x, int... dims) {
    return apply(new Reduction.Sum(Arrays.stream(dims).boxed().toList()), x);
  }

  /** The mean over some dimensions, which disappear; over all if none are given. A composition. */
  default Variable mean(Variable x, int... dims) {
    var sum = sum(x, dims);
    return scale(sum, (double) sum.shape().elements() / x.shape().elements());
  }

  /** The largest element along a dimension, which disappears: {@link Reduction.Max}. */
  default Variable max(Variable x, int dim) {
    return apply(new Reduction.Max(dim), x);
  }

  /** Softmax over the last dimension: {@link Reduction.Softmax}. */
  default Variable softmax(Variable x) {
    return apply(new Reduction.Softmax(), x);
  }

  /** The logarithm of softmax over the last dimension: {@link Reduction.LogSoftmax}. */
  default Variable logSoftmax(Variable x) {
    return apply(new Reduction.LogSoftmax(), x);
  }

  /** a(…,M,K) · b(…,K,N): {@link Contraction.Matmul}. */
  default Variable matmul(Variable a, Variable b) {
    return apply(new Contraction.Matmul(), a, b);
  }

  /** x(M,K) · w(N,K)ᵀ: {@link Contraction.Linear}. */
  default Variable linear(Variable x, Variable w) {
    return apply(new Contraction.Linear(), x, w);
  }

  /** x(M,K) · [w1(N1,K); w2(N2,K); …]ᵀ: {@link Contraction.LinearEach}. */
  default Variable linearEach(Variable x, List<Variable> ws) {
    var inputs = new Variable[ws.size() + 1];
    inputs[0] = x;
    for (int i = 0; i < ws.size(); i++) {
      inputs[i + 1] = ws.get(i);
    }
    return apply(new Contraction.LinearEach(ws.size()), inputs);
  }

  /** x(T,K)·w(N,K)ᵀ + scale · x·a(R,K)ᵀ·b(N,R)ᵀ: {@link Contraction.LoraLinear}. */
  default Variable loraLinear(Variable x, Variable w, Variable a, Variable b, double scale) {
    return loraLinear(x, w, a, b, scale, 0, new long[0]);
  }

  /** As the other one, the update's input dropped with probability p: {@link Contraction.LoraLinear}. */
  default Variable loraLinear(Variable x, Variable w, Variable a, Variable b, double scale, double p,
      long[] rowKeys) {
    return apply(new Contraction.LoraLinear(scale, p, p == 0 ? new long[0] : rowKeys), x, w, a, b);
  }

  /** x(…,D) over its root mean square, times w(D): {@link Norm.RmsNorm}. */
  default Variable rmsNorm(Variable x, Variable w, double eps) {
    return apply(new Norm.RmsNorm(eps), x, w);
  }

  /** x(…,D) less its mean, over its deviation, times w(D), plus b(D): {@link Norm.LayerNorm}. */
  default Variable layerNorm(Variable x, Variable w, Variable b, double eps) {
    return apply(new Norm.LayerNorm(eps), x, w, b);
  }

  /** x · Φ(x): {@link Elementwise.Gelu}. */
  default Variable gelu(Variable x) {
    return apply(new Elementwise.Gelu(), x);
  }

  /** x · Φ(x), nearly, by tanh: {@link Elementwise.GeluTanh}. */
  default Variable geluTanh(Variable x) {
    return apply(new Elementwise.GeluTanh(), x);
  }

  /** x(T,H,D) turned by the angles of cos(T,R) and sin(T,R): {@link Rotary.Rope}. */
  default Variable rope(Variable x, Variable cos, Variable sin) {
    return apply(new Rotary.Rope(), x, cos, sin);
  }

  /** silu(gate(T,D)) · up(T,D): {@link Gated.SwiGlu}. */
  default Variable swiGlu(Variable gate, Variable up) {
    return apply(new Gated.SwiGlu(), gate, up);
  }

  /** Causal attention of q(T,H,D) to k(S,G,D) and v(S,G,D) within rows: {@link Attention.CausalAttention}. */
  default Variable attention(Variable q, Variable k, Variable v, Segments rows, double scale) {
    return apply(new Attention.CausalAttention(rows, scale), q, k, v);
  }

  /** Attention with a window or capped scores: {@link Attention.CausalAttention}. */
  default Variable attention(Variable q, Variable k, Variable v, Segments rows, AttentionRule rule) {
    return apply(new Attention.CausalAttention(rows, rule), q, k, v);
  }

  /** The rows of table(V,D) that ids(T) name: {@link Indexing.GatherRows}. */
  default Variable embedding(Variable table, Variable ids) {
    return gatherRows(table, ids);
  }

  /** The same with an id whose row gets no gradient, if there is one: {@link Indexing.GatherRows}. */
  default Variable embedding(Variable table, Variable ids, OptionalInt padding) {
    return apply(new Indexing.GatherRows(padding), table, ids);
  }

  /** The rows of x(V,D) that rows(T), I32, name: {@link Indexing.GatherRows}. */
  default Variable gatherRows(Variable x, Variable rows) {
    return apply(new Indexing.GatherRows(), x, rows);
  }

  /** The log-probability of each target under the head w(V,D): {@link Loss.LogProbs}. */
  default Variable logProbs(Variable h, Variable w, Variable targets) {
    return apply(new Loss.LogProbs(), h, w, targets);
  }

  /**
   * The same of logits that are capped, and of a head with a bias(V): {@link Loss.LogProbs}.
   *
   * @param bias null if there is none
   */
  default Variable logProbs(Variable h, Variable w, Variable targets, Variable bias, double softCap) {
    var op = new Loss.LogProbs(softCap);
    return bias == null ? apply(op, h, w, targets) : apply(op, h, w, targets, bias);
  }

  /**
   * The weighted negative log-likelihood, summed, of targets(T) under the head w(V,D): {@link
   * Loss.CrossEntropy}.
   */
  default Variable crossEntropy(Variable h, Variable w, Variable targets, Variable weights) {
    return apply(new Loss.CrossEntropy(), h, w, targets, weights);
  }

  /** The same elements under another shape; one size may be −1: {@link View.Reshape}. */
  default Variable reshape(Variable x, int... sizes) {
    return apply(new View.Reshape(Arrays.stream(sizes).boxed().toList()), x);
  }

  /** Two dimensions exchanged: {@link View.Transpose}. */
  default Variable transpose(Variable x, int a, int b) {
    return apply(new View.Transpose(a, b), x);
  }

  /** The part [from, to) of a dimension: {@link View.Slice}. */
  default Variable slice(Variable x, int dim, int from, int to) {
    return apply(new View.Slice(dim, from, to), x);
  }

  /** Repeated, without copying, to a shape: {@link View.Expand}. */
  default Variable expand(Variable x, Shape target) {
    return apply(new View.Expand(target), x);
  }

  /** Laid end to end along a dimension: {@link Indexing.Concat}. */
  default Variable concat(int dim, Variable... parts) {
    return apply(new Indexing.Concat(dim), parts);
  }
}
