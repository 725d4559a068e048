package linnet.nn.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import linnet.tensor.RandomKey;

/** Chooses tokens from logits. Draw i of a seed is the same whatever was drawn before. */
public final class Sampler {
  private final SamplingConfig config;
  private final RandomKey key;

  /** A sampler with the settings and the seed of {@code config}. */
  public Sampler(SamplingConfig config) {
    this.config = config;
    this.key = RandomKey.of(config.seed()).derive("sampling");
  }

  /**
   * The next token.
   *
   * @param logits one per token of the vocabulary
   * @param seen the tokens of the text so far
   * @param draw the number of the token in the text, which picks the random number
   * @throws IllegalArgumentException if a logit is not a number or none is finite
   */
  public int next(float[] logits, BitSet seen, long draw) {
    int best = argMax(logits, seen);
    if (config.temperature() == 0) {
      return best;
    }
    double top = score(logits, seen, best);
    var scores = new double[logits.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (score(logits, seen, i) - top) / config.temperature(); // no greater than 0
    }
    var kept = minP(topP(topK(allOf(scores), scores), scores), scores);
    return draw(kept, scores, key.uniform(draw));
  }

  /** The logit of token i with the penalty. */
  private double score(float[] logits, BitSet seen, int i) {
    double logit = logits[i];
    double penalty = config.repetitionPenalty();
    return penalty == 1 || !seen.get(i) ? logit : logit < 0 ? logit * penalty : logit / penalty;
  }

  private int argMax(float[] logits, BitSet seen) {
    int best = 0;
    double top = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      double score = score(logits, seen, i);
      if (Double.isNaN(score)) {
        throw new IllegalArgumentException("the logit of token " + i + " is not a number: the model's"
            + " weights or its adapter are damaged");
      }
      if (score > top) {
        best = i;
        top = score;
      }
    }
    if (Double.isInfinite(top)) {
      throw new IllegalArgumentException("the largest logit, of token " + best + ", is " + top
          + ": the model's weights or its adapter are damaged");
    }
    return best;
  }

  private static int[] allOf(double[] scores) {
    return IntStream.range(0, scores.length).toArray();
  }

  private int[] topK(int[] kept, double[] scores) {
    if (config.topK() == 0 || config.topK() >= kept.length) {
      return kept;
    }
    var largest = new PriorityQueue<Double>(config.topK());
    for (int i : kept) {
      if (largest.size() < config.topK()) {
        largest.add(scores[i]);
      } else if (scores[i] > largest.element()) {
        largest.remove();
        largest.add(scores[i]);
      }
    }
    double least = largest.element();
    return only(kept, i -> scores[i] >= least);
  }

  /** Drops the least likely tokens for as long as they hold no more than 1 − p together. */
  private int[] topP(int[] kept, double[] scores) {
    if (config.topP() == 1) {
      return kept;
    }
    var probabilities = softmax(kept, scores);
    double allowed = 1 - config.topP();
    // However many there are, tokens below this hold less than is allowed: only the others need an order.
    double certain = allowed / kept.length;
    double dropped = 0;
    for (double p : probabilities) {
      dropped += p < certain ? p : 0;
    }
    var ascending = IntStream.range(0, kept.length).filter(i -> probabilities[i] >= certain).boxed()
        .sorted(Comparator.comparingDouble(i -> probabilities[i])).mapToInt(i -> i).toArray();
    int first = 0;
    while (first < ascending.length - 1 && dropped + probabilities[ascending[first]] <= allowed) {
      dropped += probabilities[ascending[first++]];
    }
    return Arrays.stream(ascending, first, ascending.length).map(i -> kept[i]).sorted().toArray();
  }

  private int[] minP(int[] kept, double[] scores) {
    // Scores are relative to the best, whose probability is the largest.
    return config.minP() == 0 ? kept : only(kept, i -> StrictMath.exp(scores[i]) >= config.minP());
  }

  private static int draw(int[] kept, double[] scores, double uniform) {
    var probabilities = softmax(kept, scores);
    double sum = 0;
    int last = -1;
    for (int i = 0; i < kept.length; i++) {
      if (probabilities[i] > 0) {
        last = kept[i];
        sum += probabilities[i];
        if (uniform < sum) {
          break;
        }
      }
    }
    return last;
  }

  private static double[] softmax(int[] kept, double[] scores) {
    var p = new double[kept.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = StrictMath.exp(scores[kept[i]]);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  private static int[] only(int[] kept, IntPredicate condition) {
    return Arrays.stream(kept).filter(condition).toArray();
  }
}
