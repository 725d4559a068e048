package linnet.cli;

import java.util.List;
import linnet.nn.lora.LoraConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What adapters are added. */
final class LoraOptions {
  @Option(names = "--lora-rank", defaultValue = "8", paramLabel = "R",
      description = "Rank of the adapters (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(names = "--lora-alpha", defaultValue = "16", paramLabel = "A",
      description = "Their output is scaled by A/R (default: ${DEFAULT-VALUE}).")
  private double alpha;

  @Option(names = "--lora-dropout", defaultValue = "0", paramLabel = "P",
      description = "Dropped share of their inputs while training (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(names = "--lora-targets", split = ",", defaultValue = "all-linear", paramLabel = "NAME",
      description = "Projections that get one, such as q_proj,v_proj (default: ${DEFAULT-VALUE}).")
  private List<String> targets;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Refuses options that would be read by nobody. */
  void requireNone(String because) {
    for (var option : command.commandLine().getParseResult().matchedOptions()) {
      if (option.longestName().startsWith("--lora-")) {
        throw new UserException(option.longestName() + ": found together with " + because + "; leave it out");
      }
    }
  }

  /** Refuses what is out of range, before any work is done. */
  void check() {
    UserException.requireAtLeast(1, "--lora-rank", rank);
    UserException.require(alpha > 0 && Double.isFinite(alpha), "--lora-alpha", alpha,
        "a finite number above 0");
    UserException.require(dropout >= 0 && dropout < 1, "--lora-dropout", dropout,
        "a number of at least 0, below 1");
  }

  LoraConfig config() {
    return targets.equals(List.of("all-linear"))
        ? LoraConfig.allLinear(rank, alpha, dropout) : LoraConfig.of(rank, alpha, dropout, targets);
  }
}
