package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import linnet.tensor.AttentionRule;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Segments;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far a value that is not a number goes in attention: to all queries that see it, and to no other row. */
class NonFiniteAttentionTest {
  private static final Segments ROWS = Candidates.emulated() ? Segments.of(0, 9, 12) : Segments.of(0, 150, 175);
  private static final int HEADS = 2;
  private static final int WIDTH = 16;

  private static double[] random(long seed) {
    return new SplittableRandom(seed).doubles((long) ROWS.queries() * HEADS * WIDTH, -1, 1).toArray();
  }

  /** A result of attention where one feature of one token is not a number in q, k or v (0, 1, 2). */
  private static double[] out(Backend backend, DType dtype, int operand, int token) {
    try (var scope = backend.scope("test")) {
      var operands = new double[][] {random(1), random(2), random(3)};
      if (token >= 0) {
        operands[operand][token * HEADS * WIDTH + 3] = Double.NaN;
      }
      var tensors = Arrays.stream(operands).map(values -> {
        var tensor = scope.allocate(dtype, ROWS.queries(), HEADS, WIDTH);
        tensor.copyFrom(values);
        return tensor;
      }).toList();
      var out = scope.allocate(dtype, ROWS.queries(), HEADS, WIDTH);
      backend.attention(out, scope.allocate(dtype, ROWS.queries(), HEADS), tensors.get(0), tensors.get(1),
          tensors.get(2), ROWS, AttentionRule.causal(0.25));
      return out.toDoubles();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void allThatSeeItHaveItAndNoOtherRowHas(int operand) {
    var backends = new ArrayList<>(Candidates.all());
    try (var reference = Backends.reference()) {
      backends.add(reference);
      for (var backend : backends) {
        var dtype = backend == reference ? DType.F64 : DType.F32;
        var sound = out(backend, dtype, operand, -1);
        int length = ROWS.queryStart(1);
        for (int token : new int[] {0, length / 2, length - 1}) {
          var out = out(backend, dtype, operand, token);
          for (int query = token; query < (operand == 0 ? token + 1 : length); query++) {
            int at = query * HEADS * WIDTH;
            assertTrue(Arrays.stream(out, at, at + WIDTH).anyMatch(Double::isNaN),
                backend.description() + ": query " + query + ", token " + token);
          }
          for (int i = length * HEADS * WIDTH; i < out.length; i++) {
            assertEquals(sound[i], out[i]);
          }
        }
      }
    }
  }
}
