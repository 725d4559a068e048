package linnet.sft.template;

/**
 * The part of a text that an assistant's turn takes cannot be told for sure, so nothing is trained on a
 * guess.
 */
public final class UndeterminedTurnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UndeterminedTurnException(String template, int message) {
    super("template " + template
        + ": cannot tell for sure which part of the text the model writes for message " + (message + 1)
        + " (assistant): neither what the template renders for that message nor what it renders for"
        + " the messages before it, followed by a generation prompt, shows where the turn begins and ends;"
        + " put {% generation %} and {% endgeneration %} around it in the template, or choose a built-in"
        + " template");
  }
}
