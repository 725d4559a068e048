package linnet.cli;

import picocli.CommandLine.Command;

/** {@code linnet data}: what there is to do with data files. */
@Command(name = "data", mixinStandardHelpOptions = true, subcommands = DataShowCommand.class,
    description = "Shows rows as a model sees them.",
    footer = {"", "linnet data show --help tells its options, --json among them."})
final class DataCommand {}
