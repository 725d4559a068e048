package linnet.cli;

import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParseResult;

/** Says which memory is full, and what gives more of it. */
final class OutOfMemory {
  private OutOfMemory() {}

  /** A strategy that tells what the JVM could not get as something the user can mend. */
  static IExecutionStrategy toldBy(IExecutionStrategy strategy) {
    return parsed -> {
      try {
        return strategy.execute(parsed);
      } catch (OutOfMemoryError full) {
        throw new ExecutionException(called(parsed).commandSpec().commandLine(), full.getMessage(),
            new UserException(message(full)));
      }
    };
  }

  private static ParseResult called(ParseResult parsed) {
    return parsed.hasSubcommand() ? called(parsed.subcommand()) : parsed;
  }

  private static String message(OutOfMemoryError full) {
    var reason = String.valueOf(full.getMessage());
    var what = "out of memory: " + reason + "; ";
    if (reason.contains("thread")) {
      return what
          + "the system lets no more threads start: give a smaller --threads, or raise its limit (ulimit -u)";
    }
    if (reason.contains("heap") || reason.contains("GC overhead")) {
      long heap = Runtime.getRuntime().maxMemory();
      return what + "the JVM's heap, which holds rows and tokenizers, has " + PeakMemory.text(heap)
          + ": set LINNET_HEAP=" + Math.ceilDiv(2 * heap, 1L << 30) + "g, or give fewer rows";
    }
    return what + "the machine has " + PeakMemory.text(PeakMemory.ofMachine())
        + ": end other programs, or ask for less";
  }
}
