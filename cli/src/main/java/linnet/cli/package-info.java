/** The {@code linnet} command: one class per subcommand, and what they share (options, output, progress). */
package linnet.cli;
