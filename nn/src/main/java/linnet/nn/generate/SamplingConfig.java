package linnet.nn.generate;

import static linnet.nn.Setting.require;

import java.util.Set;

/**
 * How the next token is chosen, with the meaning and the order that transformers gives these settings:
 * repetition penalty, temperature, top-k, top-p, min-p, then a draw.
 *
 * @param temperature divides the logits; 0 takes the most likely token and ignores what follows but the
 *     penalty
 * @param topK only the k most likely tokens (and those as likely as the last of them); 0 for all
 * @param topP only the most likely tokens that together reach this probability (Holtzman et al., 2020); 1 for
 *     all
 * @param minP only tokens at least this share as likely as the most likely one (Nguyen et al., 2024); 0 for
 *     all
 * @param repetitionPenalty makes tokens that were seen less likely (Keskar et al., "CTRL", 2019): positive
 *     logits are divided by it, negative ones multiplied; 1 for none
 * @param seed of the draws: the same seed gives the same text
 * @param maxNewTokens the most tokens to generate, at least 1
 * @param stopIds tokens that end the text
 */
public record SamplingConfig(double temperature, int topK, double topP, double minP, double repetitionPenalty,
    long seed, int maxNewTokens, Set<Integer> stopIds) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range; the message names it
   */
  public SamplingConfig {
    require(temperature >= 0 && Double.isFinite(temperature), "temperature", temperature,
        "a number of at least 0");
    require(topK >= 0, "top-k", topK, "a whole number of at least 0");
    require(topP > 0 && topP <= 1, "top-p", topP, "a number above 0, at most 1");
    require(minP >= 0 && minP <= 1, "min-p", minP, "a number from 0 to 1");
    require(repetitionPenalty > 0 && Double.isFinite(repetitionPenalty), "repetition penalty",
        repetitionPenalty, "a number above 0");
    require(maxNewTokens >= 1, "new tokens, at most", maxNewTokens, "a whole number of at least 1");
    stopIds = Set.copyOf(stopIds);
  }

  /** Always the most likely token. */
  public static SamplingConfig greedy(int maxNewTokens, Set<Integer> stopIds) {
    return new SamplingConfig(0, 0, 1, 0, 1, 0, maxNewTokens, stopIds);
  }
}
