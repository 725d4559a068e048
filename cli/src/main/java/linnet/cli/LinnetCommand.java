package linnet.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.RunLast;

/** {@code linnet}: the subcommands. */
@Command(name = "linnet", mixinStandardHelpOptions = true, version = LinnetCommand.VERSION,
    description = "Fine-tunes small language models inside the JVM.",
    subcommands = {DemoCommand.class, TrainCommand.class, GenerateCommand.class, ChatCommand.class,
        ScoreCommand.class, TokenizeCommand.class, InfoCommand.class, ConvertCommand.class,
        PretrainCommand.class, TrainTokenizerCommand.class, DemoDataCommand.class, HelpCommand.class},
    commandListHeading = "%nCommands:%n", footerHeading = "%nExit codes:%n",
    footer = {"    0  all went well", "    1  a bug in Linnet, told with its trace",
        "    2  the command line, a file or the data is not as it must be",
        "  130  stopped by Ctrl-C (143: by a termination signal), after saving", "",
        "Every command takes --json for machines and --help for people."})
final class LinnetCommand {
  static final String VERSION = "linnet 0.1.0";

  private final Interrupt interrupt;

  private LinnetCommand(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  /** What ends commands that can be stopped. */
  Interrupt interrupt() {
    return interrupt;
  }

  static CommandLine commandLine(Interrupt interrupt) {
    var failures = new Failures();
    var linnet = new CommandLine(new LinnetCommand(interrupt));
    for (var command : linnet.getSubcommands().values()) {
      var spec = command.getCommandSpec();
      spec.version(VERSION);
      spec.usageMessage().abbreviateSynopsis(true).synopsisHeading("Usage: ").descriptionHeading("%n")
          .parameterListHeading("%n").optionListHeading("%n");
    }
    return linnet.setExecutionExceptionHandler(failures).setParameterExceptionHandler(failures)
        .setExecutionStrategy(OutOfMemory.toldBy(new RunLast())).setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }
}
