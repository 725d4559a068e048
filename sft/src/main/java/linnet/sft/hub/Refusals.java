package linnet.sft.hub;

import java.util.Optional;

/** What an answer other than the one that was asked for means, and what to do about it. */
final class Refusals {
  private static final int SHOWN = 200; // characters of a server's message

  private Refusals() {}

  /**
   * The error for an answer.
   *
   * @param name the model that was asked for
   * @param what of it: a file, or the list of them
   * @param token what was sent to the Hub
   */
  static HubException of(Answer answer, ModelName name, String what, Optional<Token> token) {
    if (!answer.isHubs()) {
      return new HubException(name + ": " + what + ": " + answer.host()
          + ", where the Hub sends for it, answered " + answer.status()
          + "; try again: what is there already is kept, and the Hub gives a new address");
    }
    var server = answer.host();
    var said = said(answer, token);
    var code = answer.header("X-Error-Code").orElse("");
    return new HubException(switch (code) {
      case "GatedRepo" -> gated(name, server, token);
      case "RevisionNotFound" -> name.repo() + ": found no branch, tag or commit \"" + name.revisionOrMain()
          + "\" at " + server;
      case "EntryNotFound" -> name + ": found no " + what + " at " + server;
      case "RepoNotFound" -> missing(name, server, token);
      default -> switch (answer.status()) {
        case 401 -> said.contains("Invalid credentials") ? badToken(name, server, token)
            : missing(name, server, token);
        case 403 -> name + ": " + server + " refuses access (403)" + said + "; " + (token.isEmpty()
            ? "no token was sent: set HF_TOKEN" : "check what the " + token.get() + " is allowed to read");
        case 404 -> missing(name, server, token);
        default -> name + ": " + what + ": " + server + " answered " + answer.status() + said;
      };
    });
  }

  private static String gated(ModelName name, String server, Optional<Token> token) {
    var page = server + "/" + name.repo();
    return name.repo() + ": access is gated: ask for it on " + page + (token.isEmpty()
        ? " and set HF_TOKEN to a token of that account (no token was sent)"
        : " with the account that the " + token.get() + " belongs to, and see that it may read gated models");
  }

  private static String missing(ModelName name, String server, Optional<Token> token) {
    return name.repo() + ": found no such model at " + server + "; check the name; " + (token.isEmpty()
        ? "if it is private, set HF_TOKEN (no token was sent)"
        : "if it is private, the " + token.get() + " may not read it");
  }

  private static String badToken(ModelName name, String server, Optional<Token> token) {
    return name.repo() + ": " + server + " does not accept the " + token.map(Token::toString).orElse("token")
        + "; make a new one, or unset it for models that are public";
  }

  /** The server's own words, as far as they can be shown. */
  private static String said(Answer answer, Optional<Token> token) {
    var message = answer.header("X-Error-Message")
        .map(text -> token.map(known -> known.hiddenIn(text)).orElse(text))
        .orElse("").replaceAll("\\p{Cntrl}", " ").strip();
    return message.isEmpty() ? "" : ": "
        + (message.length() > SHOWN ? message.substring(0, SHOWN) + "…" : message);
  }
}
