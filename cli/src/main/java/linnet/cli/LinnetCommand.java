package linnet.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.RunLast;

/** {@code linnet}: the subcommands. */
@Command(name = "linnet", mixinStandardHelpOptions = true, version = LinnetCommand.VERSION,
    description = "Fine-tunes small language models inside the JVM.",
    subcommands = {DemoCommand.class, TrainCommand.class, GenerateCommand.class, ChatCommand.class, ScoreCommand.class,
        TokenizeCommand.class, InfoCommand.class, ConvertCommand.class, PretrainCommand.class,
        TrainTokenizerCommand.class, DemoDataCommand.class, HelpCommand.class},
    commandListHeading = "%nCommands:%n", footerHeading = "%nExit codes:%n",
    footer = {"    0  all went well", "    1  a bug in Linnet, told with its trace",
        "    2  the command line, a file or the data is not as it must be",
        "  130  stopped by Ctrl-C (143: by a termination signal), after saving", "",
        "Every command takes --json for machines and --help for people."})
final class LinnetCommand {
  static final String VERSION = "linnet 0.1.0";

  static CommandLine commandLine() {
    var failures = new Failures();
    var linnet = new CommandLine(new LinnetCommand());
    for (var command : linnet.getSubcommands().values()) {
      var spec = command.getCommandSpec();
      spec.version(VERSION);
      spec.usageMessage().abbreviateSynopsis(true).synopsisHeading("Usage: ").descriptionHeading("%n")
          .parameterListHeading("%n").optionListHeading("%n");
    }
    return linnet.setExecutionExceptionHandler(failures).setParameterExceptionHandler(failures)
        .setExecutionStrategy(orOutOfHeap(new RunLast())).setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** Rows and tokenizers are kept in the JVM's heap; who runs out of it can have more. */
  private static IExecutionStrategy orOutOfHeap(IExecutionStrategy strategy) {
    return parsed -> {
      try {
        return strategy.execute(parsed);
      } catch (OutOfMemoryError full) {
        throw new CommandLine.ExecutionException(parsed.commandSpec().commandLine(), full.getMessage(),
            new UserException("out of memory: " + full.getMessage() + "; the JVM's heap, which holds the rows, has "
                + PeakMemory.text(Runtime.getRuntime().maxMemory()) + ": set LINNET_HEAP=4g, or give fewer rows"));
      }
    };
  }
}
