package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;

/** One test body over every backend but the reference, whose results are what is expected. */
interface OnEveryBackend {
  /** The backends under test. */
  @Provide
  default Arbitrary<Backend> backends() {
    return Arbitraries.of(Candidates.all());
  }

  /** Runs {@code body} on the reference and on {@code backend}, and compares all that it wrote. */
  default void agree(Backend backend, long seed, Tolerance tolerance, Consumer<Stage> body) {
    try (var reference = Backends.reference();
        var expected = new Stage(reference, seed, Candidates.sizes());
        var actual = new Stage(backend, seed, Candidates.sizes())) {
      body.accept(expected);
      body.accept(actual);
      var wanted = expected.results();
      var got = actual.results();
      assertTrue(!wanted.isEmpty(), "the case has no output");
      for (int o = 0; o < wanted.size(); o++) {
        assertEquals(wanted.get(o).length, got.get(o).length);
        for (int i = 0; i < wanted.get(o).length; i++) {
          double e = wanted.get(o)[i];
          double a = got.get(o)[i];
          if (!tolerance.accepts(e, a)) {
            throw new AssertionError(backend.description() + ", output " + o + ", place " + i + ": expected "
                + e + " within " + tolerance + ", was " + a + "; tensors " + expected);
          }
        }
      }
    }
  }
}
