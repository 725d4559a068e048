package linnet.tensor.plan;

import java.lang.foreign.MemorySegment;
import linnet.tensor.AttentionRule;
import linnet.tensor.DType;
import linnet.tensor.MemoryPlan;
import linnet.tensor.MemoryPlanner;
import linnet.tensor.Scope;
import linnet.tensor.Segments;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * Every primitive checks that its tensors are alive, accounts the scratch memory that the vector backend
 * takes for it, and does nothing else.
 */
public final class PlanningBackend implements MemoryPlanner {
  private final Ledger ledger = new Ledger();

  @Override
  public MemoryPlan plan() {
    return ledger.plan();
  }

  @Override
  public String description() {
    return "planning, no memory, no arithmetic";
  }

  @Override
  public Scope scope(String name) {
    return new PlanScope(name, this, ledger);
  }

  @Override
  public Tensor adopt(Scope scope, DType dtype, Shape shape, MemorySegment bytes) {
    return Tensor.over(new PlanStorage(scope, dtype, shape.elements(), null), shape);
  }

  @Override
  public long reservedBytes() {
    return ledger.reservedBytes();
  }

  @Override
  public void limitBytes(long bytes) {
    ledger.limit(bytes);
  }

  @Override
  public void close() {} // nothing is held

  @Override
  public void fill(Tensor out, double value) {
    use(out);
  }

  @Override
  public void copy(Tensor out, Tensor x) {
    use(out, x);
  }

  @Override
  public void unary(Unary f, Tensor out, Tensor x) {
    use(out, x);
  }

  @Override
  public void binary(Binary f, Tensor out, Tensor a, Tensor b) {
    use(out, a, b);
  }

  @Override
  public void affine(Tensor out, Tensor x, double scale, double shift) {
    use(out, x);
  }

  @Override
  public void addScaled(Tensor out, Tensor x, double scale) {
    use(out, x);
  }

  @Override
  public void dropout(Tensor out, Tensor x, double p, long[] rowKeys) {
    use(out, x);
  }

  @Override
  public void reduce(Reduction f, Tensor out, Tensor x) {
    use(out, x);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    use(x);
    return 0;
  }

  @Override
  public boolean allFinite(Tensor x) {
    use(x);
    return true;
  }

  @Override
  public void softmax(Tensor y, Tensor x) {
    use(y, x);
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor y, Tensor dy) {
    use(dx, y, dy);
  }

  @Override
  public void matmul(Tensor out, Tensor a, Tensor b) {
    use(out, a, b);
  }

  @Override
  public void matmulAdd(Tensor out, Tensor a, Tensor b) {
    use(out, a, b);
  }

  @Override
  public void gatherRows(Tensor out, Tensor table, Tensor rows) {
    use(out, table, rows);
  }

  @Override
  public void scatterAddRows(Tensor table, Tensor rows, Tensor x) {
    use(table, rows, x);
  }

  @Override
  public void rmsNorm(Tensor y, Tensor x, Tensor w, double eps) {
    use(y, x, w);
  }

  @Override
  public void rmsNormBackwardInput(Tensor dx, Tensor x, Tensor w, Tensor dy, double eps) {
    use(dx, x, w, dy);
  }

  @Override
  public void rmsNormBackwardWeight(Tensor dw, Tensor x, Tensor dy, double eps) {
    use(dw, x, dy);
  }

  @Override
  public void layerNorm(Tensor y, Tensor x, Tensor w, Tensor b, double eps) {
    use(y, x, w, b);
  }

  @Override
  public void layerNormBackwardInput(Tensor dx, Tensor x, Tensor w, Tensor dy, double eps) {
    use(dx, x, w, dy);
  }

  @Override
  public void rope(Tensor y, Tensor x, Tensor cos, Tensor sin) {
    use(y, x, cos, sin);
  }

  @Override
  public void ropeBackward(Tensor dx, Tensor dy, Tensor cos, Tensor sin) {
    use(dx, dy, cos, sin);
  }

  @Override
  public void swiGlu(Tensor y, Tensor gate, Tensor up) {
    use(y, gate, up);
  }

  @Override
  public void swiGluBackward(Tensor dGate, Tensor dUp, Tensor gate, Tensor up, Tensor dy) {
    use(dGate, dUp, gate, up, dy);
  }

  @Override
  public void gelu(Tensor y, Tensor x) {
    use(y, x);
  }

  @Override
  public void geluBackward(Tensor dx, Tensor x, Tensor dy) {
    use(dx, x, dy);
  }

  @Override
  public void geluTanh(Tensor y, Tensor x) {
    use(y, x);
  }

  @Override
  public void geluTanhBackward(Tensor dx, Tensor x, Tensor dy) {
    use(dx, x, dy);
  }

  @Override
  public void attention(Tensor out, Tensor logSumExp, Tensor q, Tensor k, Tensor v, Segments rows,
      AttentionRule rule) {
    use(out, logSumExp, q, k, v);
  }

  @Override
  public void attentionBackward(Tensor dq, Tensor dk, Tensor dv, Tensor dOut, Tensor out, Tensor logSumExp,
      Tensor q, Tensor k, Tensor v, Segments rows, AttentionRule rule) {
    use(dq, dk, dv, dOut, out, logSumExp, q, k, v);
  }

  @Override
  public void logProbs(Tensor out, Tensor h, Tensor w, Tensor targets) {
    use(out, h, w, targets);
    logitsOfOneChunk("logProbs", h, w);
  }

  @Override
  public void logProbsBackward(Tensor dh, Tensor dw, Tensor dOut, Tensor h, Tensor w, Tensor targets) {
    use(dh, dOut, h, w, targets);
    useIfWanted(dw);
    logitsOfOneChunk("logProbsBackward", h, w);
  }

  @Override
  public void crossEntropy(Tensor loss, Tensor dh, Tensor dw, Tensor h, Tensor w, Tensor targets,
      Tensor weights) {
    use(loss, h, w, targets, weights);
    useIfWanted(dh);
    useIfWanted(dw);
    logitsOfOneChunk("crossEntropy", h, w);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    use(parameter, gradient, m, v);
  }

  @Override
  public void upload(Tensor out, float[] values) {
    use(out);
  }

  @Override
  public void upload(Tensor out, double[] values) {
    use(out);
  }

  @Override
  public void upload(Tensor out, int[] values) {
    use(out);
  }

  @Override
  public float[] downloadFloats(Tensor x) {
    use(x);
    return new float[Math.toIntExact(x.elements())];
  }

  @Override
  public double[] downloadDoubles(Tensor x) {
    use(x);
    return new double[Math.toIntExact(x.elements())];
  }

  @Override
  public int[] downloadInts(Tensor x) {
    use(x);
    return new int[Math.toIntExact(x.elements())];
  }

  private void logitsOfOneChunk(String name, Tensor h, Tensor w) {
    if (h.size(0) > 0) {
      try (var scratch = scope(name)) {
        scratch.allocate(h.dtype(), Math.min(CHUNK, h.size(0)), w.size(0));
      }
    }
  }

  private static void useIfWanted(Tensor gradient) {
    if (gradient != null) {
      use(gradient);
    }
  }

  private static void use(Tensor... tensors) {
    for (var tensor : tensors) {
      if (!(tensor.storage() instanceof PlanStorage)) {
        throw new IllegalArgumentException("a tensor of another backend (" + tensor.backend().description()
            + ", scope \"" + tensor.scope().name() + "\") was given to the planning backend");
      }
    }
  }
}
