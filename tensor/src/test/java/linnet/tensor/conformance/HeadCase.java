package linnet.tensor.conformance;

import java.util.List;
import linnet.tensor.DType;
import linnet.tensor.LogProbKernels;
import linnet.tensor.Tensor;

/** Random hidden states, head and targets, over up to two chunks of tokens. */
final class HeadCase {
  final int tokens;
  final int width;
  final int vocabulary;
  final Tensor h;
  final Tensor w;
  final Tensor targets;

  HeadCase(Stage s) {
    tokens = s.size() + (Candidates.emulated() ? 0 : s.oneOf(List.of(0, LogProbKernels.CHUNK)));
    width = s.positiveSize();
    vocabulary = s.positiveSize();
    h = s.input(Layout.DENSE_ROWS, DType.F32, x -> x / 4, tokens, width);
    w = s.input(Layout.DENSE_ROWS, s.oneOf(List.of(DType.F32, DType.BF16)), x -> x, vocabulary, width);
    targets = s.indices(tokens, vocabulary);
  }

  /** A place to add the gradient of the head, or none. */
  Tensor gradient(Stage s) {
    return s.below(2) == 0 ? null : s.changed(Layout.DENSE_ROWS, x -> x, vocabulary, width);
  }
}
