package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import linnet.tensor.AttentionRule;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.MemoryPlan;
import linnet.tensor.Scope;
import linnet.tensor.Segments;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;
import linnet.tensor.memory.NativeMemory;
import linnet.tensor.memory.NativeScope;
import linnet.tensor.memory.NativeStorage;

/** F32 arithmetic on native memory; see the package for how it is organised and why its bits never change. */
public final class VectorBackend implements Backend {
  private final NativeMemory memory = new NativeMemory();
  private final Lanes lanes;
  private final Crew crew;
  private final Elementwise elementwise;
  private final Transfer transfer;
  private final Dropout dropout;
  private final Reductions reductions;
  private final Softmax softmax;
  private final MatMul matMul;
  private final Indexing indexing;
  private final Norms norms;
  private final LayerNorms layerNorms;
  private final Rotary rotary;
  private final Gated gated;
  private final Gelu gelu;
  private final AttentionForward attention;
  private final AttentionBackward attentionBackward;
  private final LogProbs logProbs;
  private final AdamW adamW;

  /**
   * With the vector width that {@code -Dlinnet.vector.bits} asks for, or the machine's.
   *
   * @param threads at least 1, the calling one among them
   * @throws IllegalStateException if the Vector API's module is not there; the message says how to add it
   */
  public VectorBackend(int threads) {
    this(threads, Lanes.selected());
  }

  VectorBackend(int threads, Lanes lanes) {
    this.lanes = lanes;
    crew = new Crew(threads);
    elementwise = new Elementwise(crew, lanes.storage());
    transfer = new Transfer(crew, lanes.storage());
    dropout = new Dropout(this, crew);
    reductions = new Reductions(this, crew, lanes);
    softmax = new Softmax(this, crew, lanes);
    matMul = new MatMul(crew, lanes);
    indexing = new Indexing(this, crew, lanes);
    norms = new Norms(this, crew, lanes);
    layerNorms = new LayerNorms(this, crew, lanes);
    rotary = new Rotary(this, crew, lanes);
    gated = new Gated(this, crew, lanes);
    gelu = new Gelu(this, crew, lanes);
    attention = new AttentionForward(this, crew, lanes);
    attentionBackward = new AttentionBackward(this, crew, lanes);
    logProbs = new LogProbs(this, crew, lanes, matMul);
    adamW = new AdamW(this, crew, lanes);
  }

  @Override
  public String description() {
    var width = lanes.bits() == 0 ? "scalar" : lanes.bits() + " bits";
    return "vector, " + width + ", " + crew.threads() + (crew.threads() == 1 ? " thread" : " threads");
  }

  @Override
  public Scope scope(String name) {
    return new NativeScope(name, this, memory);
  }

  @Override
  public Tensor adopt(Scope scope, DType dtype, Shape shape, MemorySegment bytes) {
    long needed = dtype.bytes(shape.elements());
    if (bytes.byteSize() != needed) {
      throw new IllegalArgumentException(
          dtype + shape.toString() + " takes " + needed + " bytes, and there are " + bytes.byteSize());
    }
    return Tensor.over(new NativeStorage(scope, dtype, shape.elements(), bytes), shape);
  }

  @Override
  public long reservedBytes() {
    return memory.reservedBytes();
  }

  @Override
  public void reserve(MemoryPlan plan) {
    memory.reserve(plan.chunks(), (tasks, task) -> crew.run(tasks, (i, _) -> task.accept(i)));
  }

  @Override
  public void limitBytes(long bytes) {
    memory.limit(bytes);
  }

  @Override
  public void close() {
    crew.close();
    memory.close();
  }

  @Override
  public void fill(Tensor out, double value) {
    if (out.dtype().isInteger()) {
      transfer.fillIntegers(out, (long) value);
      return;
    }
    float v = (float) value;
    elementwise.run((o, at, a, aAt, b, bAt, n) -> lanes.elements().fill(o, at, v, n), out);
  }

  @Override
  public void copy(Tensor out, Tensor x) {
    transfer.copy(out, x);
  }

  @Override
  public void unary(Unary f, Tensor out, Tensor x) {
    elementwise.run((o, at, a, aAt, b, bAt, n) -> lanes.elements().unary(f, o, at, a, aAt, n), out, x);
  }

  @Override
  public void binary(Binary f, Tensor out, Tensor a, Tensor b) {
    elementwise.run((o, at, x, xAt, y, yAt, n) -> lanes.elements().binary(f, o, at, x, xAt, y, yAt, n), out,
        a, b);
  }

  @Override
  public void affine(Tensor out, Tensor x, double scale, double shift) {
    float factor = (float) scale;
    float term = (float) shift;
    elementwise.run((o, at, a, aAt, b, bAt, n) -> lanes.elements().affine(o, at, a, aAt, factor, term, n),
        out, x);
  }

  @Override
  public void addScaled(Tensor out, Tensor x, double scale) {
    float factor = (float) scale;
    elementwise.run((o, at, a, aAt, b, bAt, n) -> lanes.elements().addScaled(o, at, a, aAt, factor, n), out,
        x);
  }

  @Override
  public void dropout(Tensor out, Tensor x, double p, long[] rowKeys) {
    dropout.run(out, x, p, rowKeys);
  }

  @Override
  public void reduce(Reduction f, Tensor out, Tensor x) {
    reductions.reduce(f, out, x);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return reductions.sumOfSquares(x);
  }

  @Override
  public boolean allFinite(Tensor x) {
    return reductions.allFinite(x);
  }

  @Override
  public void softmax(Tensor y, Tensor x) {
    softmax.forward(y, x);
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor y, Tensor dy) {
    softmax.backward(dx, y, dy);
  }

  @Override
  public void matmul(Tensor out, Tensor a, Tensor b) {
    matMul.run(out, a, b, Update.REPLACE);
  }

  @Override
  public void matmulAdd(Tensor out, Tensor a, Tensor b) {
    matMul.run(out, a, b, Update.ADD);
  }

  @Override
  public void matmulEach(Tensor out, Tensor a, List<Tensor> bs) {
    if (!matMul.runEach(out, a, bs)) {
      Backend.super.matmulEach(out, a, bs);
    }
  }

  @Override
  public void matmulPair(Tensor out, Tensor a, Tensor b, Tensor c, Tensor d) {
    matMul.run(out, a, b, c, d);
  }

  @Override
  public void matmulLowRank(Tensor out, Tensor t, Tensor a, Tensor b, Tensor c, Tensor d, double scale) {
    if (!matMul.runLowRank(out, t, a, b, c, d, scale)) {
      Backend.super.matmulLowRank(out, t, a, b, c, d, scale);
    }
  }

  @Override
  public void gatherRows(Tensor out, Tensor table, Tensor rows) {
    indexing.gather(out, table, rows);
  }

  @Override
  public void scatterAddRows(Tensor table, Tensor rows, Tensor x) {
    indexing.scatterAdd(table, rows, x);
  }

  @Override
  public void rmsNorm(Tensor y, Tensor x, Tensor w, double eps) {
    norms.forward(y, x, w, eps);
  }

  @Override
  public void rmsNormBackwardInput(Tensor dx, Tensor x, Tensor w, Tensor dy, double eps) {
    norms.backwardInput(dx, x, w, dy, eps);
  }

  @Override
  public void rmsNormBackwardWeight(Tensor dw, Tensor x, Tensor dy, double eps) {
    norms.backwardWeight(dw, x, dy, eps);
  }

  @Override
  public void layerNorm(Tensor y, Tensor x, Tensor w, Tensor b, double eps) {
    layerNorms.forward(y, x, w, b, eps);
  }

  @Override
  public void layerNormBackwardInput(Tensor dx, Tensor x, Tensor w, Tensor dy, double eps) {
    layerNorms.backwardInput(dx, x, w, dy, eps);
  }

  @Override
  public void rope(Tensor y, Tensor x, Tensor cos, Tensor sin) {
    rotary.turn(y, x, cos, sin, 1);
  }

  @Override
  public void ropeBackward(Tensor dx, Tensor dy, Tensor cos, Tensor sin) {
    rotary.turn(dx, dy, cos, sin, -1);
  }

  @Override
  public void swiGlu(Tensor y, Tensor gate, Tensor up) {
    gated.forward(y, gate, up);
  }

  @Override
  public void swiGluBackward(Tensor dGate, Tensor dUp, Tensor gate, Tensor up, Tensor dy) {
    gated.backward(dGate, dUp, gate, up, dy);
  }

  @Override
  public void gelu(Tensor y, Tensor x) {
    gelu.exact(y, x);
  }

  @Override
  public void geluBackward(Tensor dx, Tensor x, Tensor dy) {
    gelu.exactBackward(dx, x, dy);
  }

  @Override
  public void geluTanh(Tensor y, Tensor x) {
    gelu.tanh(y, x);
  }

  @Override
  public void geluTanhBackward(Tensor dx, Tensor x, Tensor dy) {
    gelu.tanhBackward(dx, x, dy);
  }

  @Override
  public void attention(Tensor out, Tensor logSumExp, Tensor q, Tensor k, Tensor v, Segments rows,
      AttentionRule rule) {
    attention.run(out, logSumExp, q, k, v, rows, rule);
  }

  @Override
  public void attentionBackward(Tensor dq, Tensor dk, Tensor dv, Tensor dOut, Tensor out, Tensor logSumExp,
      Tensor q, Tensor k, Tensor v, Segments rows, AttentionRule rule) {
    attentionBackward.run(dq, dk, dv, dOut, out, logSumExp, q, k, v, rows, rule);
  }

  @Override
  public void logProbs(Tensor out, Tensor h, Tensor w, Tensor targets) {
    logProbs.forward(out, h, w, targets);
  }

  @Override
  public void logProbsBackward(Tensor dh, Tensor dw, Tensor dOut, Tensor h, Tensor w, Tensor targets) {
    logProbs.backward(dh, dw, dOut, h, w, targets);
  }

  @Override
  public void crossEntropy(Tensor loss, Tensor dh, Tensor dw, Tensor h, Tensor w, Tensor targets,
      Tensor weights) {
    logProbs.crossEntropy(loss, dh, dw, h, w, targets, weights);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    adamW.run(parameter, gradient, m, v, step);
  }

  @Override
  public void adamWEach(List<AdamWUpdate> updates) {
    adamW.runEach(updates);
  }

  @Override
  public void upload(Tensor out, float[] values) {
    transfer.upload(out, values);
  }

  @Override
  public void upload(Tensor out, double[] values) {
    transfer.upload(out, values);
  }

  @Override
  public void upload(Tensor out, int[] values) {
    transfer.upload(out, values);
  }

  @Override
  public float[] downloadFloats(Tensor x) {
    return transfer.downloadFloats(x);
  }

  @Override
  public double[] downloadDoubles(Tensor x) {
    return transfer.downloadDoubles(x);
  }

  @Override
  public int[] downloadInts(Tensor x) {
    return transfer.downloadInts(x);
  }
}
