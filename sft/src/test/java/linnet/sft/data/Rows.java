package linnet.sft.data;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Encoded rows for tests. */
final class Rows {
  private Rows() {}

  /**
   * A row of so many tokens, the last {@code trained} of which are targets; its ids tell it from other rows.
   */
  static EncodedRow row(int line, int tokens, int trained) {
    var mask = new BitSet();
    mask.set(Math.max(1, tokens - trained), Math.max(1, tokens));
    return new EncodedRow(IntStream.range(0, tokens).map(t -> line * 1000 + t).toArray(), mask, line);
  }

  /** Lists of rows of 2 to 40 tokens. */
  static Arbitrary<List<EncodedRow>> lists() {
    return Arbitraries.integers().between(2, 40).list().ofMinSize(1).ofMaxSize(30).map(lengths ->
        IntStream.range(0, lengths.size())
            .mapToObj(i -> row(i + 1, lengths.get(i), 1 + i * 7 % (lengths.get(i) - 1))).toList());
  }
}
