package linnet.autograd;

/** The body of a {@link Tape#block}. */
@FunctionalInterface
public interface Block {
  /**
   * Computes the block. On a checkpointing tape it runs again in the backward pass, so it must do the same
   * both times.
   *
   * @param tape to run all of the block's ops on; not always the tape that the block was started on
   * @param x the block's input; other values that need a gradient may enter only if they are parameters
   * @return the one value that may be used after the block
   */
  Variable apply(Tape tape, Variable x);
}
