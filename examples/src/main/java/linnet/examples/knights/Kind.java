package linnet.examples.knights;

/** What an islander is. */
public enum Kind {
  /** Always tells the truth. */
  KNIGHT,
  /** Always lies. */
  KNAVE;

  /** {@code "knight"} or {@code "knave"}. */
  public String word() {
    return this == KNIGHT ? "knight" : "knave";
  }

  /** {@code "a knight"} or {@code "a knave"}. */
  public String phrase() {
    return "a " + word();
  }
}
