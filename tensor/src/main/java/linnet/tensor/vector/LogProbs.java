package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import linnet.tensor.DType;
import linnet.tensor.LogProbKernels;
import linnet.tensor.Tensor;

/** {@link LogProbKernels}: the head's logits for a chunk of rows at a time. */
final class LogProbs {
  private static final int CHUNK = LogProbKernels.CHUNK;

  private final VectorBackend backend;
  private final Crew crew;
  private final MatMul matMul;
  private final ElementLanes elements;
  private final SumLanes sums;

  LogProbs(VectorBackend backend, Crew crew, Lanes lanes, MatMul matMul) {
    this.backend = backend;
    this.crew = crew;
    this.matMul = matMul;
    this.elements = lanes.elements();
    this.sums = lanes.sums();
  }

  void forward(Tensor out, Tensor h, Tensor w, Tensor targets) {
    new Head("logProbs", h, w, targets).eachChunk(chunk -> chunk.rows(row -> {
      Native.set(Native.segment(out), out.offset() + row.token() * out.stride(0), row.logProb());
    }));
  }

  void backward(Tensor dh, Tensor dw, Tensor dOut, Tensor h, Tensor w, Tensor targets) {
    new Head("logProbsBackward", h, w, targets).eachChunk(chunk -> {
      chunk.rows(row -> {
        row.logProb();
        row.gradient(element(dOut, row.token()));
      });
      chunk.multiplyBack(dh, dw);
    });
  }

  void crossEntropy(Tensor loss, Tensor dh, Tensor dw, Tensor h, Tensor w, Tensor targets, Tensor weights) {
    var terms = new double[h.size(0)];
    new Head("crossEntropy", h, w, targets).eachChunk(chunk -> {
      chunk.rows(row -> {
        float weight = element(weights, row.token());
        terms[row.token()] = (double) weight * row.logProb();
        if (dh != null) {
          row.gradient(-weight);
        }
      });
      if (dh != null) {
        chunk.multiplyBack(dh, dw);
      }
    });
    double sum = 0;
    for (double term : terms) {
      sum -= term;
    }
    backend.fill(loss, sum);
  }

  private static float element(Tensor x, int index) {
    return Native.get(Native.segment(x), x.offset() + index * x.stride(0));
  }

  private final class Head {
    private final String primitive;
    private final Tensor h;
    private final Tensor w;
    private final int[] targets;

    Head(String primitive, Tensor h, Tensor w, Tensor targets) {
      this.primitive = primitive;
      this.h = h;
      this.w = w;
      this.targets = backend.downloadInts(targets);
      if (h.rank() != 2 || w.rank() != 2 || h.size(1) != w.size(1) || this.targets.length != h.size(0)) {
        throw new IllegalArgumentException(primitive + " of h(T,D) " + h + " and w(V,D) " + w
            + " at targets(T) " + targets + ": the shapes do not fit");
      }
      for (int t = 0; t < this.targets.length; t++) {
        if (this.targets[t] < 0 || this.targets[t] >= w.size(0)) {
          throw new IllegalArgumentException(primitive + ": target " + this.targets[t] + " at position " + t
              + " does not lie in a vocabulary of " + w.size(0));
        }
      }
    }

    void eachChunk(Consumer<Chunk> work) {
      if (targets.length == 0) {
        return;
      }
      try (var scratch = backend.scope(primitive)) {
        var buffer = scratch.allocate(DType.F32, Math.min(CHUNK, targets.length), w.size(0));
        for (int from = 0; from < targets.length; from += CHUNK) {
          int count = Math.min(CHUNK, targets.length - from);
          var logits = buffer.slice(0, 0, count);
          matMul.run(logits, h.slice(0, from, from + count), w.transpose(), Update.REPLACE);
          work.accept(new Chunk(this, logits, from, count));
        }
      }
    }
  }

  /** Some rows and their logits, which become gradients in place, but for a factor of each row. */
  private final class Chunk {
    private final Head head;
    private final Tensor logits;
    private final Rows rows;
    private final int from;
    private final int count;
    private final float[] factors;

    Chunk(Head head, Tensor logits, int from, int count) {
      this.head = head;
      this.logits = logits;
      this.rows = Rows.of(logits);
      this.from = from;
      this.count = count;
      this.factors = new float[count];
    }

    void rows(Consumer<Row> work) {
      crew.run(count, (r, workspace) -> work.accept(new Row(this, r, head.targets[from + r])));
    }

    /** The rows' factors go to what has few columns, and so spare a pass over the logits. */
    void multiplyBack(Tensor dh, Tensor dw) {
      var part = dh.slice(0, from, from + count);
      matMul.run(part, logits, head.w, Update.REPLACE);
      scaleRows(part, part);
      if (dw != null) {
        try (var scratch = backend.scope(head.primitive)) {
          var scaled = scratch.allocate(DType.F32, part.shape());
          scaleRows(scaled, head.h.slice(0, from, from + count));
          matMul.run(dw, logits.transpose(), scaled, Update.ADD);
        }
      }
    }

    private void scaleRows(Tensor outTensor, Tensor xTensor) {
      try (var views = new DenseViews(backend, head.primitive)) {
        var x = views.input(xTensor);
        var out = views.output(outTensor);
        crew.runRows(count, x.length(), (r, workspace) ->
            elements.affine(out.segment(), out.at(r), x.segment(), x.at(r), factors[r], 0, x.length()));
      }
    }
  }

  /** One row of logits. */
  private final class Row {
    private final Chunk chunk;
    private final int index;
    private final int target;
    private float sum;

    Row(Chunk chunk, int index, int target) {
      this.chunk = chunk;
      this.index = index;
      this.target = target;
    }

    int token() {
      return chunk.from + index;
    }

    private MemorySegment logits() {
      return chunk.rows.segment();
    }

    private long at() {
      return chunk.rows.at(index);
    }

    /** The target's log-probability; the row then holds exp(logit − max). */
    float logProb() {
      int length = chunk.rows.length();
      float logit = logits().get(Native.F32, at() + 4L * target);
      float max = sums.max(logits(), at(), length);
      sum = LongSums.expSum(sums, logits(), at(), logits(), at(), max, length);
      return logit - max - ScalarMath.log(sum);
    }

    /**
     * After {@link #logProb}: the gradient of weight · logProb, weight · (onehot − exp / sum), as a row exp −
     * sum · onehot and its factor −weight / sum.
     */
    void gradient(float weight) {
      long place = at() + 4L * target;
      logits().set(Native.F32, place, logits().get(Native.F32, place) - sum);
      chunk.factors[index] = -weight / sum;
    }
  }
}
