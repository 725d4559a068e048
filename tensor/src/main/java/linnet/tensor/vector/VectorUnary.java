package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;
import static linnet.tensor.vector.Width.load;
import static linnet.tensor.vector.Width.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.VectorOperators;
import linnet.tensor.ElementwiseKernels.Unary;

/**
 * The functions of one number over the whole vectors of a row; a loop of its own for each, so that each is
 * compiled alone. Every method returns how many elements it did.
 */
final class VectorUnary {
  private VectorUnary() {}

  /** Does the elements that fill whole vectors. */
  static int apply(Unary f, MemorySegment out, long o, MemorySegment in, long a, int n) {
    int end = S.loopBound(n);
    return switch (f) {
      case NEG -> neg(out, o, in, a, end);
      case ABS -> abs(out, o, in, a, end);
      case EXP -> exp(out, o, in, a, end);
      case LOG -> log(out, o, in, a, end);
      case SQRT -> sqrt(out, o, in, a, end);
      case RSQRT -> rsqrt(out, o, in, a, end);
      case RECIPROCAL -> reciprocal(out, o, in, a, end);
      case SQUARE -> square(out, o, in, a, end);
      case TANH -> tanh(out, o, in, a, end);
      case SIGMOID -> sigmoid(out, o, in, a, end);
      case RELU -> relu(out, o, in, a, end);
      case ERF -> erf(out, o, in, a, end);
      case SIN -> sin(out, o, in, a, end);
      case COS -> cos(out, o, in, a, end);
      case SIGN -> sign(out, o, in, a, end);
    };
  }

  private static int neg(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(x.neg(), out, o, i);
    }
    return end;
  }

  private static int abs(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(x.abs(), out, o, i);
    }
    return end;
  }

  private static int exp(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(VectorMath.exp(x), out, o, i);
    }
    return end;
  }

  private static int log(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(VectorMath.log(x), out, o, i);
    }
    return end;
  }

  private static int sqrt(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(x.sqrt(), out, o, i);
    }
    return end;
  }

  private static int rsqrt(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(broadcast(1f).div(x.sqrt()), out, o, i);
    }
    return end;
  }

  private static int reciprocal(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(broadcast(1f).div(x), out, o, i);
    }
    return end;
  }

  private static int square(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(x.mul(x), out, o, i);
    }
    return end;
  }

  private static int tanh(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(VectorMath.tanh(x), out, o, i);
    }
    return end;
  }

  private static int sigmoid(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(VectorMath.sigmoid(x), out, o, i);
    }
    return end;
  }

  private static int relu(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(x.max(0f), out, o, i);
    }
    return end;
  }

  private static int erf(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      store(VectorMath.erf(x), out, o, i);
    }
    return end;
  }

  private static int sign(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      var y = x.blend(1f, x.compare(VectorOperators.GT, 0f)).blend(-1f, x.compare(VectorOperators.LT, 0f));
      store(y, out, o, i);
    }
    return end;
  }

  private static int sin(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      if (VectorMath.anglesAreSmall(x)) {
        store(VectorMath.sin(x), out, o, i);
      } else {
        for (int l = i; l < i + L; l++) {
          out.set(Native.F32, o + 4L * l, ScalarMath.sin(in.get(Native.F32, a + 4L * l)));
        }
      }
    }
    return end;
  }

  private static int cos(MemorySegment out, long o, MemorySegment in, long a, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(in, a, i);
      if (VectorMath.anglesAreSmall(x)) {
        store(VectorMath.cos(x), out, o, i);
      } else {
        for (int l = i; l < i + L; l++) {
          out.set(Native.F32, o + 4L * l, ScalarMath.cos(in.get(Native.F32, a + 4L * l)));
        }
      }
    }
    return end;
  }
}
