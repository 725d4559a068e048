package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What {@code --help} prints. */
class HelpTest {
  static Stream<CommandLine> commands() {
    return LinnetCommand.commandLine(new Interrupt()).getSubcommands().values().stream()
        .filter(command -> !command.getCommandName().equals("help"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandExplainsItselfAndTakesJson(CommandLine command) {
    var help = Cli.ok(command.getCommandName(), "--help").out();
    assertTrue(help.startsWith("Usage: linnet " + command.getCommandName()), help);
    assertTrue(help.contains("--json"), help);
    for (var option : command.getCommandSpec().options()) {
      assertTrue(option.description().length > 0 && !option.description()[0].isBlank(), option.longestName());
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theListSaysInOneSentenceWhatACommandDoes(CommandLine command) {
    var first = command.getCommandSpec().usageMessage().description()[0];
    assertTrue(first.endsWith("."), first);
  }

  @Test
  void exitCodesAndVersionAreTold() {
    assertTrue(Cli.ok("--help").out().contains("130  stopped by Ctrl-C"));
    assertEquals(LinnetCommand.VERSION, Cli.ok("--version").out().strip());
    assertEquals(LinnetCommand.VERSION, Cli.ok("train", "--version").out().strip());
  }

  /** A command that was asked for is made alone; what is printed about it must not show that. */
  @ParameterizedTest
  @MethodSource("commands")
  void aCommandByItselfIsTheSame(CommandLine command) {
    var name = command.getCommandName();
    var alone = LinnetCommand.commandLine(new Interrupt(), name).getSubcommands();
    assertEquals(Set.of(name), alone.keySet());
    assertEquals(name, alone.get(name).getCommandSpec().userObject().getClass()
        .getAnnotation(CommandLine.Command.class).name());
    assertEquals(command.getUsageMessage(), alone.get(name).getUsageMessage());
    assertEquals(Cli.ok("help", name).out(), Cli.ok(name, "--help").out());
  }

  @Test
  void aCommandThatDoesNotExistIsGuessedAt() {
    assertTrue(Cli.run("trian").refusal().contains("did you mean train?"), Cli.run("trian").err());
  }

  @Test
  void noCommandIsAnError() {
    assertEquals(ExitCode.BAD_INPUT, Cli.run().exitCode());
  }
}
