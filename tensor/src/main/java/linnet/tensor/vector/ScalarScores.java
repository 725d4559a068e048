package linnet.tensor.vector;

/** {@link ScoreLanes} in plain Java. */
final class ScalarScores implements ScoreLanes {
  @Override
  public void scale(float[] x, int at, float scale, int n) {
    for (int i = at; i < at + n; i++) {
      x[i] *= scale;
    }
  }

  @Override
  public float max(float[] x, int at, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = at; i < at + n; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  @Override
  public float expSum(float[] x, int at, float shift, int n) {
    var lanes = new float[Tree.LANES];
    for (int i = 0; i < n; i++) {
      float e = ScalarMath.expOrZero(x[at + i] - shift);
      x[at + i] = e;
      lanes[i % Tree.LANES] += e;
    }
    return Tree.combine(lanes);
  }

  @Override
  public void cap(float[] s, float[] t, int at, float cap, int n) {
    for (int i = at; i < at + n; i++) {
      t[i] = ScalarMath.tanh(s[i]);
      s[i] = t[i] * cap;
    }
  }

  @Override
  public void slopes(float[] t, float[] p, int at, int n) {
    for (int i = at; i < at + n; i++) {
      t[i] = (1 - t[i] * t[i]) * p[i];
    }
  }

  @Override
  public void probabilities(float[] s, int at, int first, int end, int width, float[] logSumExp) {
    for (int r = first; r < end; r++) {
      for (int c = 0; c < width; c++) {
        int i = at + r * width + c;
        s[i] = ScalarMath.expOrZero(s[i] - logSumExp[r]);
      }
    }
  }

  @Override
  public void gradients(float[] g, float[] p, int at, int first, int end, int width, float[] delta,
      float[] copy, int copyAt) {
    for (int r = first; r < end; r++) {
      for (int c = 0; c < width; c++) {
        int i = at + r * width + c;
        g[i] = p[i] * (g[i] - delta[r]);
        copy[copyAt + r * Panels.DEPTH + c] = g[i];
      }
    }
  }
}
