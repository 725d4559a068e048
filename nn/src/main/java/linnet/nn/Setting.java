package linnet.nn;

/** A number that somebody chose, such as a rank or a learning rate. */
public final class Setting {
  private Setting() {}

  /**
   * Checks a setting.
   *
   * @param holds whether it is within its range
   * @param name what users call it
   * @param expected its range, for the message
   * @throws IllegalArgumentException if it is not; the message has name, value and range
   */
  public static void require(boolean holds, String name, Number found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": found " + found + ", expected " + expected);
    }
  }
}
