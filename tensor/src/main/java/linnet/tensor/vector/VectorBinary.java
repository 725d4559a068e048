package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;
import static linnet.tensor.vector.Width.load;
import static linnet.tensor.vector.Width.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.VectorOperators;
import linnet.tensor.ElementwiseKernels.Binary;

/**
 * The functions of two numbers over the whole vectors of a row; a loop of its own for each, so that each is
 * compiled alone. Every method returns how many elements it did.
 */
final class VectorBinary {
  private VectorBinary() {}

  /** Does the elements that fill whole vectors; none of POW, which is scalar everywhere. */
  static int apply(Binary f, MemorySegment out, long o, MemorySegment left, long a, MemorySegment right,
      long b, int n) {
    int end = S.loopBound(n);
    return switch (f) {
      case ADD -> add(out, o, left, a, right, b, end);
      case SUB -> sub(out, o, left, a, right, b, end);
      case MUL -> mul(out, o, left, a, right, b, end);
      case DIV -> div(out, o, left, a, right, b, end);
      case MAX -> max(out, o, left, a, right, b, end);
      case MIN -> min(out, o, left, a, right, b, end);
      case GREATER -> greater(out, o, left, a, right, b, end);
      case EQUAL -> equal(out, o, left, a, right, b, end);
      case POW -> 0;
    };
  }

  private static int add(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right, long b,
      int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(x.add(y), out, o, i);
    }
    return end;
  }

  private static int sub(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right, long b,
      int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(x.sub(y), out, o, i);
    }
    return end;
  }

  private static int mul(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right, long b,
      int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(x.mul(y), out, o, i);
    }
    return end;
  }

  private static int div(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right, long b,
      int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(x.div(y), out, o, i);
    }
    return end;
  }

  private static int max(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right, long b,
      int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(x.max(y), out, o, i);
    }
    return end;
  }

  private static int min(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right, long b,
      int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(x.min(y), out, o, i);
    }
    return end;
  }

  private static int greater(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right,
      long b, int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(broadcast(0f).blend(1f, x.compare(VectorOperators.GT, y)), out, o, i);
    }
    return end;
  }

  private static int equal(MemorySegment out, long o, MemorySegment left, long a, MemorySegment right, long b,
      int end) {
    for (int i = 0; i < end; i += L) {
      var x = load(left, a, i);
      var y = load(right, b, i);
      store(broadcast(0f).blend(1f, x.compare(VectorOperators.EQ, y)), out, o, i);
    }
    return end;
  }
}
