package linnet.cli;

import linnet.tensor.Backend;
import linnet.tensor.Backends;
import picocli.CommandLine.Option;

/** What computes. */
final class BackendOptions {
  private static final int THREADS_PER_PROCESSOR = 4;

  /** The backends that a command can run on. */
  enum Kind {
    vector, reference
  }

  @Option(names = "--backend", defaultValue = "vector", paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); reference is slow, in F64, and the"
          + " definition of every result.")
  private Kind kind;

  @Option(names = "--threads", paramLabel = "N",
      description = "Threads that compute (default: one per processor). Results do not depend on it.")
  private Integer threads;

  Backend open() {
    int processors = Runtime.getRuntime().availableProcessors();
    int most = THREADS_PER_PROCESSOR * processors;
    UserException.require(threads == null || threads >= 1 && threads <= most, "--threads", threads,
        "1 to %d: %d for each of the %s, since more only wait for one another".formatted(most,
            THREADS_PER_PROCESSOR, Counted.of(processors, "processor")));
    if (threads != null && kind == Kind.reference) {
      throw new UserException("--threads: found together with --backend reference, which computes on one;"
          + " leave it out");
    }
    return switch (kind) {
      case vector -> threads == null ? Backends.vector() : Backends.vector(threads);
      case reference -> Backends.reference();
    };
  }
}
