package linnet.cli;

import linnet.tensor.Backend;
import linnet.tensor.Backends;
import picocli.CommandLine.Option;

/** What computes. */
final class BackendOptions {
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
    if (threads != null && threads < 1) {
      throw new UserException("--threads: found " + threads + ", expected at least 1");
    }
    return switch (kind) {
      case vector -> threads == null ? Backends.vector() : Backends.vector(threads);
      case reference -> Backends.reference();
    };
  }
}
