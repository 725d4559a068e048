package linnet.tensor.vector;

import static linnet.tensor.vector.Tree.LANES;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link ScoreLanes} on the Vector API. */
final class VectorScores implements ScoreLanes {
  @Override
  public void scale(float[] x, int at, float scale, int n) {
    int i = at;
    for (; i < at + S.loopBound(n); i += L) {
      FloatVector.fromArray(S, x, i).mul(scale).intoArray(x, i);
    }
    for (; i < at + n; i++) {
      x[i] *= scale;
    }
  }

  @Override
  public float max(float[] x, int at, int n) {
    var vectorMax = broadcast(Float.NEGATIVE_INFINITY);
    int i = at;
    for (; i < at + S.loopBound(n); i += L) {
      vectorMax = vectorMax.max(FloatVector.fromArray(S, x, i));
    }
    float max = vectorMax.reduceLanes(VectorOperators.MAX); // the same in any order
    for (; i < at + n; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  @Override
  public float expSum(float[] x, int at, float shift, int n) {
    var lanes = new float[LANES];
    int end = at + n - n % LANES;
    for (int part = 0; part < LANES; part += L) {
      var sum = FloatVector.zero(S);
      for (int i = at + part; i < end; i += LANES) {
        var e = VectorMath.expOrZero(FloatVector.fromArray(S, x, i).sub(shift));
        e.intoArray(x, i);
        sum = sum.add(e);
      }
      sum.intoArray(lanes, part);
    }
    for (int i = end; i < at + n; i++) {
      float e = ScalarMath.expOrZero(x[i] - shift);
      x[i] = e;
      lanes[i - end] += e;
    }
    return Tree.combine(lanes);
  }

  @Override
  public void cap(float[] s, float[] t, int at, float cap, int n) {
    int end = at + S.loopBound(n);
    for (int i = at; i < end; i += L) {
      VectorMath.tanh(FloatVector.fromArray(S, s, i)).intoArray(t, i);
    }
    for (int i = end; i < at + n; i++) {
      t[i] = ScalarMath.tanh(s[i]);
    }
    for (int i = at; i < end; i += L) {
      FloatVector.fromArray(S, t, i).mul(cap).intoArray(s, i);
    }
    for (int i = end; i < at + n; i++) {
      s[i] = t[i] * cap;
    }
  }

  @Override
  public void slopes(float[] t, float[] p, int at, int n) {
    int end = at + S.loopBound(n);
    for (int i = at; i < end; i += L) {
      var x = FloatVector.fromArray(S, t, i);
      x.mul(x).neg().add(1f).mul(FloatVector.fromArray(S, p, i)).intoArray(t, i);
    }
    for (int i = end; i < at + n; i++) {
      t[i] = (1 - t[i] * t[i]) * p[i];
    }
  }

  @Override
  public void probabilities(float[] s, int at, int first, int end, int width, float[] logSumExp) {
    for (int c = 0; c < width; c += L) {
      for (int r = first; r < end; r++) {
        int i = at + c + r * width;
        VectorMath.expOrZero(FloatVector.fromArray(S, s, i).sub(logSumExp[r])).intoArray(s, i);
      }
    }
  }

  @Override
  public void gradients(float[] g, float[] p, int at, int first, int end, int width, float[] delta,
      float[] copy, int copyAt) {
    for (int c = 0; c < width; c += L) {
      for (int r = first; r < end; r++) {
        int i = at + c + r * width;
        var weighted = FloatVector.fromArray(S, p, i).mul(FloatVector.fromArray(S, g, i).sub(delta[r]));
        weighted.intoArray(g, i);
        weighted.intoArray(copy, copyAt + c + r * Panels.DEPTH);
      }
    }
  }
}
