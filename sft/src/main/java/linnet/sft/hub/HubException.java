package linnet.sft.hub;

/**
 * A model that cannot be had by its name; the message says which, what was found and what to do. It never
 * holds a token, nor the query of an address that a server has signed.
 */
public class HubException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An error.
   *
   * @param message names the model or the server
   */
  public HubException(String message) {
    super(message);
  }
}
