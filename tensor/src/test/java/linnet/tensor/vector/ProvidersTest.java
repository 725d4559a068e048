package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every primitive gives the same bits scalar and vectorised, on one thread, a few, and more than it has tasks. */
class ProvidersTest {
  private static final VectorBackend SCALAR = new VectorBackend(1, Lanes.scalar());
  private static final VectorBackend VECTOR = new VectorBackend(1, Lanes.vector());
  private static final VectorBackend VECTOR_3 = new VectorBackend(3, Lanes.vector());
  private static final VectorBackend VECTOR_13 = new VectorBackend(13, Lanes.vector());

  @AfterAll
  static void close() {
    SCALAR.close();
    VECTOR.close();
    VECTOR_3.close();
    VECTOR_13.close();
  }

  static Stream<Case> cases() {
    return Case.all().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isTheSameToTheBitOnAnyProviderAndThreads(Case c) {
    var expected = c.run(SCALAR);
    assertSame(expected, c.run(VECTOR), "vectors on one thread");
    assertSame(expected, c.run(VECTOR_3), "vectors on three threads");
    assertSame(expected, c.run(VECTOR_13), "vectors on thirteen threads");
  }

  private static void assertSame(List<double[]> expected, List<double[]> actual, String what) {
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), what + ", result " + i);
    }
  }

  @Test
  void saysWhatItIs() {
    assertEquals("vector, scalar, 1 thread", SCALAR.description());
    assertEquals("vector, " + Width.S.vectorBitSize() + " bits, 3 threads", VECTOR_3.description());
  }
}
