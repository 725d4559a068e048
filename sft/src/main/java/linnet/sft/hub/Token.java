package linnet.sft.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** What a user proves with who they are. It is sent to the Hub and shown nowhere, not even in an error. */
final class Token {
  private final String value;
  private final String source;

  private Token(String value, String source) {
    this.value = value;
    this.source = source;
  }

  /**
   * Takes a token as it is kept, with the line ends of a file around it.
   *
   * @param source for messages: the variable or file
   * @return the token, or empty where there is nothing
   * @throws HubException if it holds what no header can
   */
  static Optional<Token> of(String text, String source) {
    var value = text.replace("\r", "").replace("\n", "").strip();
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new HubException(source
          + ": found characters that no token has, expected one word such as hf_…");
    }
    return Optional.of(new Token(value, source));
  }

  /** Reads a token from a file; there need not be one. */
  static Optional<Token> read(Path file) {
    try {
      return of(Files.readString(file), file.toString());
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException failed) {
      throw new HubException(file + ": the token cannot be read: " + failed.getClass().getSimpleName());
    }
  }

  /** The value of the header {@code Authorization}. */
  String header() {
    return "Bearer " + value;
  }

  /** Where it comes from. */
  String source() {
    return source;
  }

  /** A text without the token, should someone have put it there. */
  String hiddenIn(String text) {
    return text.replace(value, "(token)");
  }

  @Override
  public String toString() {
    return "token of " + source;
  }
}
