package linnet.cli;

import java.util.Set;
import linnet.nn.generate.SamplingConfig;
import picocli.CommandLine.Option;

/** How tokens are chosen. */
final class SamplingOptions {
  @Option(names = "--max-new-tokens", defaultValue = "256", paramLabel = "N",
      description = "Most tokens of an answer (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(names = "--temperature", defaultValue = "0", paramLabel = "T",
      description = "0 always takes the most likely token (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(names = "--top-k", defaultValue = "0", paramLabel = "K",
      description = "Draw from the K most likely tokens; 0 for all (default: ${DEFAULT-VALUE}).")
  private int topK;

  @Option(names = "--top-p", defaultValue = "1", paramLabel = "P",
      description = "Draw from the most likely tokens that reach this probability"
          + " (default: ${DEFAULT-VALUE}).")
  private double topP;

  @Option(names = "--min-p", defaultValue = "0", paramLabel = "P",
      description = "Leave out tokens less than P times as likely as the first (default: ${DEFAULT-VALUE}).")
  private double minP;

  @Option(names = "--repetition-penalty", defaultValue = "1", paramLabel = "R",
      description = "Make tokens that were seen less likely; 1 for none (default: ${DEFAULT-VALUE}).")
  private double repetitionPenalty;

  @Option(names = "--seed", defaultValue = "0", paramLabel = "S",
      description = "The same seed gives the same text (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** Refuses what is out of range or of no use, before any work is done. */
  void check() {
    UserException.requireAtLeast(1, "--max-new-tokens", maxNewTokens);
    UserException.require(temperature >= 0 && Double.isFinite(temperature), "--temperature", temperature,
        "a finite number of at least 0");
    UserException.requireAtLeast(0, "--top-k", topK);
    UserException.require(topP > 0 && topP <= 1, "--top-p", topP, "a number above 0, at most 1");
    UserException.require(minP >= 0 && minP <= 1, "--min-p", minP, "a number from 0 to 1");
    UserException.require(repetitionPenalty > 0 && Double.isFinite(repetitionPenalty), "--repetition-penalty",
        repetitionPenalty, "a finite number above 0");
    if (temperature == 0) {
      requireUnused("--top-k", topK != 0);
      requireUnused("--top-p", topP != 1);
      requireUnused("--min-p", minP != 0);
    }
  }

  private static void requireUnused(String option, boolean used) {
    if (used) {
      throw new UserException(option + ": found together with --temperature 0, which always takes the most"
          + " likely token; give a higher --temperature, or leave it out");
    }
  }

  SamplingConfig config(Set<Integer> stopIds) {
    return new SamplingConfig(temperature, topK, topP, minP, repetitionPenalty, seed, maxNewTokens, stopIds);
  }
}
