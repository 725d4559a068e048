package linnet.sft.hub;

/** No server answered, or none that can do its work: what is in the cache may do instead. */
public final class HubUnreachableException extends HubException {
  private static final long serialVersionUID = 1L;

  HubUnreachableException(String message) {
    super(message);
  }
}
