package linnet.nn.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SingularVectorsTest {
  private static final double EXACT = 1e-9;

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  private static void assertOrthonormal(double[][] vectors) {
    for (int i = 0; i < vectors.length; i++) {
      for (int j = 0; j <= i; j++) {
        assertEquals(i == j ? 1 : 0, dot(vectors[i], vectors[j]), EXACT);
      }
    }
  }

  /** A matrix of given singular values: sums of products of orthonormal vectors. */
  private static double[] matrix(int m, int n, double[] values, double[][] left, double[][] right) {
    var w = new double[m * n];
    for (int r = 0; r < values.length; r++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          w[i * n + j] += values[r] * left[r][i] * right[r][j];
        }
      }
    }
    return w;
  }

  private static double[][] orthonormal(Random random, int count, int size) {
    var vectors = new double[count][];
    for (int i = 0; i < count; i++) {
      var v = random.doubles(size, -1, 1).toArray();
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          double along = dot(v, vectors[j]);
          for (int k = 0; k < size; k++) {
            v[k] -= along * vectors[j][k];
          }
        }
      }
      double norm = Math.sqrt(dot(v, v));
      vectors[i] = Arrays.stream(v).map(x -> x / norm).toArray();
    }
    return vectors;
  }

  @Property(tries = 200)
  void theLargestValuesAndTheirVectorsAreFound(@ForAll @IntRange(min = 1, max = 70) int m,
      @ForAll @IntRange(min = 1, max = 70) int n, @ForAll long seed) {
    var random = new Random(seed);
    int least = Math.min(m, n);
    var values = random.doubles(least, 0.1, 3).boxed().sorted((a, b) -> Double.compare(b, a))
        .mapToDouble(Double::doubleValue).toArray();
    var w = matrix(m, n, values, orthonormal(random, least, m), orthonormal(random, least, n));
    int count = 1 + random.nextInt(least);
    var found = SingularVectors.largest(w, m, n, count);
    assertOrthonormal(found.left());
    assertOrthonormal(found.right());
    for (int r = 0; r < count; r++) {
      assertEquals(values[r], found.values()[r], EXACT);
      for (int i = 0; i < m; i++) {
        assertEquals(found.values()[r] * found.left()[r][i],
            dot(Arrays.copyOfRange(w, i * n, (i + 1) * n), found.right()[r]), EXACT);
      }
    }
  }

  @Test
  void aLargeMatrixTakesFewSteps() {
    var random = new Random(5);
    int m = 400;
    int n = 300;
    var values = IntStream.range(0, 40).mapToDouble(r -> 5 * Math.pow(0.9, r)).toArray();
    var w = matrix(m, n, values, orthonormal(random, 40, m), orthonormal(random, 40, n));
    assertEquals(5 * Math.pow(0.9, 7), SingularVectors.largest(w, m, n, 8).values()[7], EXACT);
  }

  @Test
  void theTransposeHasTheSameVectorsToTheBitTheOtherWayRound() {
    int m = 400;
    int n = 300;
    var w = new Random(6).doubles(m * n, -1, 1).toArray();
    var transposed = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        transposed[j * m + i] = w[i * n + j];
      }
    }
    var tall = SingularVectors.largest(w, m, n, 5);
    var wide = SingularVectors.largest(transposed, n, m, 5);
    assertArrayEquals(tall.values(), wide.values());
    assertArrayEquals(tall.left(), wide.right());
    assertArrayEquals(tall.right(), wide.left());
  }

  @Test
  void equalValuesAndNoneAreFound() {
    var identity = new double[36];
    IntStream.range(0, 6).forEach(i -> identity[i * 7] = 2);
    var found = SingularVectors.largest(identity, 6, 6, 4);
    Arrays.stream(found.values()).forEach(value -> assertEquals(2, value, EXACT));
    assertOrthonormal(found.right());
    assertEquals(0, SingularVectors.largest(new double[12], 3, 4, 2).values()[1]);
    assertTrue(assertThrows(IllegalArgumentException.class,
        () -> SingularVectors.largest(new double[12], 3, 4, 4)).getMessage().contains("at most 3"));
  }
}
