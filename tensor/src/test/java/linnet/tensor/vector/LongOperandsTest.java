package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import linnet.tensor.AttentionRule;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.ReductionKernels.Reduction;
import linnet.tensor.Segments;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operands beyond the sizes at which work is cut: pieces of rows, blocks of K, packing buffers, tiles of keys. */
class LongOperandsTest {
  static Stream<Case> cases() {
    return Stream.concat(Case.RULES.stream().flatMap(LongOperandsTest::attention), Stream.of(
        new Case("a product deeper than the buffer", in -> {
          var y = in.empty(20, 40);
          in.backend().matmul(y, in.tensor(20, 17000), in.tensor(17000, 40));
          return List.of(y);
        }),
        new Case("a product wider than the buffer", in -> {
          var y = in.empty(17, 3000);
          in.backend().matmul(y, in.tensor(17, 600), in.tensor(600, 3000));
          return List.of(y);
        }),
        new Case("a product that is flipped", in -> {
          var y = in.tensor(40, 700);
          in.backend().matmulAdd(y, in.tensor(40, 500), in.in(DType.BF16, 700, 500).transpose());
          return List.of(y);
        }),
        new Case("few rows that are sums of several blocks", in -> {
          var x = in.tensor(1302, 600);
          var thin = in.tensor(1302, 6);
          var y = in.tensor(6, 600);
          in.backend().matmulAdd(y, thin.transpose(), x);
          var turned = in.empty(600, 6);
          in.backend().matmul(turned, x.transpose(), thin);
          return List.of(y, turned);
        }),
        new Case("few rows of several pieces", in -> {
          var y = in.empty(3, 70);
          in.backend().matmul(y, in.tensor(3, 1999), in.tensor(70, 1999).transpose());
          return List.of(y);
        }),
        new Case("a vocabulary longer than a piece of a row", in -> {
          var h = in.tensor(70, 8);
          var w = in.tensor(5000, 8);
          var targets = in.indices(70, 5000);
          var out = in.empty(70);
          in.backend().logProbs(out, h, w, targets);
          var loss = in.empty(1);
          var dh = in.empty(70, 8);
          in.backend().crossEntropy(loss, dh, null, h, w, targets, in.tensor(70));
          return List.of(out, loss, dh);
        }),
        new Case("reductions of long rows", in -> {
          var x = in.tensor(2, 3, 9001);
          var sum = in.empty(2, 3, 1);
          in.backend().reduce(Reduction.SUM, sum, x);
          var all = in.empty(1, 1, 1);
          in.backend().reduce(Reduction.SUM, all, x);
          var y = in.empty(2, 3, 9001);
          in.backend().softmax(y, x);
          return List.of(sum, all, y);
        })));
  }

  private static Stream<Case> attention(AttentionRule rule) {
    return Stream.of(
        new Case(rule + " over several tiles of keys", in ->
            Case.attention(in, Segments.of(0, 900, 930), rule, in.tensor(930, 2, 8), in.tensor(930, 1, 8),
                in.tensor(930, 1, 8))),
        new Case(rule + " in decoding over more keys than a piece of a row", in ->
            Case.attention(in, Segments.cached(2, 5000), rule, in.tensor(2, 2, 8), in.tensor(5000, 1, 8),
                in.tensor(5000, 1, 8))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheReferenceAndWithTheScalarProvider(Case c) {
    try (var reference = Backends.reference(); var backend = new VectorBackend(2, Lanes.vector());
        var scalar = new VectorBackend(1, Lanes.scalar())) {
      var expected = c.run(reference);
      var actual = c.run(backend);
      var same = c.run(scalar);
      for (int i = 0; i < expected.size(); i++) {
        assertClose(expected.get(i), actual.get(i), "result " + i);
        assertArrayEquals(actual.get(i), same.get(i), "result " + i);
      }
    }
  }

  /** F32's rounding in sums of thousands: relative to the largest value. */
  private static void assertClose(double[] expected, double[] actual, String what) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      assertTrue(difference <= 2e-5 * Math.max(1, largest),
          what + ", element " + i + ": expected " + expected[i] + ", found " + actual[i]);
    }
  }
}
