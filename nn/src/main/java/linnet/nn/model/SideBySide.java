package linnet.nn.model;

import java.util.ArrayList;
import java.util.List;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.ForwardKeys;
import linnet.nn.Linear;
import linnet.nn.Projection;
import linnet.nn.WeightLayout;

/**
 * Projections that read the same input. Plain ones are computed at once, which matters in decoding: a token's
 * products are short, and handing each to the threads takes time. Not where the tape records, since results
 * side by side would have their gradients put together first.
 */
final class SideBySide {
  private SideBySide() {}

  /**
   * Applies each of {@code projections} to x(T,K).
   *
   * @return their results, in order
   */
  static List<Variable> forward(Tape tape, Variable x, ForwardKeys keys, Projection... projections) {
    var results = new ArrayList<Variable>(projections.length);
    var weights = weights(projections);
    if (tape.isRecording() || weights.size() < projections.length) {
      for (var projection : projections) {
        results.add(projection.forward(tape, x, keys));
      }
      return results;
    }
    var all = tape.linearEach(x, weights);
    int from = 0;
    for (var projection : projections) {
      results.add(tape.slice(all, 1, from, from + projection.outFeatures()));
      from += projection.outFeatures();
    }
    return results;
  }

  /** Of all the projections, if each is nothing but a weight (N,K); else of fewer. */
  private static List<Variable> weights(Projection... projections) {
    var weights = new ArrayList<Variable>(projections.length);
    for (var projection : projections) {
      if (projection instanceof Linear linear && linear.bias().isEmpty()
          && linear.layout() == WeightLayout.OUT_IN) {
        weights.add(linear.weight().variable());
      }
    }
    return weights;
  }
}
