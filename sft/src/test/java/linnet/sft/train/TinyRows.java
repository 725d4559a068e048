package linnet.sft.train;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import linnet.sft.data.EncodedRow;
import linnet.tensor.RandomKey;

/** Random rows of 8 to 19 tokens, the first few of each a prompt. */
final class TinyRows {
  private static final int PROMPT = 3;

  private TinyRows() {}

  static List<EncodedRow> of(int count) {
    var rows = new ArrayList<EncodedRow>();
    for (int r = 0; r < count; r++) {
      var key = RandomKey.of(11).derive(r);
      rows.add(row(8 + key.below(0, 12), r + 1, key));
    }
    return rows;
  }

  /** A row of so many tokens. */
  static EncodedRow row(int tokens, long line, RandomKey key) {
    var ids = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      ids[t] = key.below(t + 1, TinyModel.CONFIG.vocabSize());
    }
    var trained = new BitSet();
    trained.set(PROMPT, tokens);
    return new EncodedRow(ids, trained, line);
  }
}
