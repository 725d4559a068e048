package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.RandomBlocks;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class IndexConformanceTest implements OnEveryBackend {
  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void gatherRows(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.ROUNDED, s -> {
      int vocabulary = s.positiveSize();
      int tokens = s.size();
      int d = s.size();
      var dtype = s.oneOf(List.of(DType.F32, DType.BF16, DType.F16, DType.F64));
      var table = s.input(Layout.DENSE_ROWS, dtype, x -> x, vocabulary, d);
      s.backend().gatherRows(s.outputRows(tokens, d), table, s.indices(tokens, vocabulary));
      var blocks = s.quantized(s.oneOf(RandomBlocks.types()), vocabulary, 256);
      s.backend().gatherRows(s.outputRows(tokens, 256), blocks, s.indices(tokens, vocabulary));
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void scatterAddRows(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int vocabulary = s.positiveSize();
      int tokens = s.size();
      int d = s.size();
      var table = s.changed(Layout.DENSE_ROWS, x -> x, vocabulary, d);
      s.backend().scatterAddRows(table, s.indices(tokens, vocabulary), s.rows(tokens, d));
    });
  }

  @Property(tries = 10)
  void indicesBeyondTheTableAreRefused(@ForAll("backends") Backend backend) {
    try (var scope = backend.scope("indices")) {
      var table = scope.zeros(DType.F32, 3, 4);
      var x = scope.zeros(DType.F32, 2, 4);
      for (int wrong : new int[] {-1, 3, Integer.MAX_VALUE}) {
        var error = assertThrows(IllegalArgumentException.class,
            () -> backend.gatherRows(x, table, scope.ints(0, wrong)));
        assertTrue(error.getMessage().contains(Integer.toString(wrong)), error.getMessage());
        assertThrows(IllegalArgumentException.class,
            () -> backend.scatterAddRows(table, scope.ints(wrong, 0), x));
      }
    }
  }
}
