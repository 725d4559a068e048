package linnet.sft.hub;

/** What happens while a model is brought into the cache. */
public sealed interface PullEvent {
  /**
   * Files will be downloaded; told again when it turns out that there are more.
   *
   * @param model the model
   * @param files how many
   * @param bytes of all that are not in the cache yet
   */
  record Planned(ModelName model, int files, long bytes) implements PullEvent {}

  /**
   * Bytes have come.
   *
   * @param file its path in the repository
   * @param bytes how many of it are here
   * @param size how many it has
   * @param received how many have come for all files, without those that an earlier process brought
   * @param left how many are still to come for all files that are known
   */
  record Progress(String file, long bytes, long size, long received, long left) implements PullEvent {}

  /**
   * A file is in the cache.
   *
   * @param file its path in the repository
   * @param size bytes
   * @param checked whether they were found to be what the server has promised; otherwise it promised nothing
   */
  record Done(String file, long size, boolean checked) implements PullEvent {}

  /**
   * Something to know although nothing is wrong.
   *
   * @param text a sentence
   */
  record Notice(String text) implements PullEvent {}
}
