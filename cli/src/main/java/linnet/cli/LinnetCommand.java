package linnet.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.RunLast;

/** {@code linnet}: the subcommands. */
@Command(name = "linnet", mixinStandardHelpOptions = true, version = LinnetCommand.VERSION,
    description = "Fine-tunes small language models inside the JVM.",
    commandListHeading = "%nCommands:%n", footerHeading = "%nExit codes:%n",
    footer = {"    0  all went well", "    1  a bug in Linnet, told with its trace",
        "    2  the command line, a file or the data is not as it must be",
        "  130  stopped by Ctrl-C (143: by a termination signal), after saving", "",
        "Every command takes --json for machines and --help for people."})
final class LinnetCommand {
  static final String VERSION = "linnet 0.1.0";

  /** By name; a command's own annotation says the same name, and so does a test. */
  private static final SequencedMap<String, Class<?>> COMMANDS = commands();

  private final Interrupt interrupt;

  private LinnetCommand(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  /** What ends commands that can be stopped. */
  Interrupt interrupt() {
    return interrupt;
  }

  private static SequencedMap<String, Class<?>> commands() {
    var commands = new LinkedHashMap<String, Class<?>>();
    commands.put("demo", DemoCommand.class);
    commands.put("train", TrainCommand.class);
    commands.put("generate", GenerateCommand.class);
    commands.put("chat", ChatCommand.class);
    commands.put("score", ScoreCommand.class);
    commands.put("data", DataCommand.class);
    commands.put("tokenize", TokenizeCommand.class);
    commands.put("info", InfoCommand.class);
    commands.put("convert", ConvertCommand.class);
    commands.put("pull", PullCommand.class);
    commands.put("merge", MergeCommand.class);
    commands.put("unmerge", UnmergeCommand.class);
    commands.put("pretrain", PretrainCommand.class);
    commands.put("train-tokenizer", TrainTokenizerCommand.class);
    commands.put("demo-data", DemoDataCommand.class);
    commands.put("help", HelpCommand.class);
    return Collections.unmodifiableSequencedMap(commands);
  }

  /**
   * What understands {@code args}. Making a subcommand takes longer than running some, so where the first
   * argument names one, or asks for the version alone, there are no others: nothing can ask for them.
   */
  static CommandLine commandLine(Interrupt interrupt, String... args) {
    var first = args.length == 0 ? "" : args[0];
    if (COMMANDS.containsKey(first) && COMMANDS.get(first) != HelpCommand.class) {
      return commandLine(interrupt, List.of(first));
    }
    return commandLine(interrupt, args.length == 1 && first.equals("--version")
        ? List.of() : COMMANDS.sequencedKeySet());
  }

  private static CommandLine commandLine(Interrupt interrupt, Collection<String> names) {
    var failures = new Failures();
    var linnet = new CommandLine(new LinnetCommand(interrupt));
    names.forEach(name -> linnet.addSubcommand(name, COMMANDS.get(name)));
    var commands = new ArrayList<>(linnet.getSubcommands().values());
    linnet.getSubcommands().values().forEach(group -> commands.addAll(group.getSubcommands().values()));
    for (var command : commands) {
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
