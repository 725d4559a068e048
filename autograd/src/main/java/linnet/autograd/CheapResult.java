package linnet.autograd;

import linnet.tensor.Tensor;

/**
 * The result of a {@linkplain Op#cheap cheap} op, for the backward passes of those who use it: none of them
 * keeps it. Where it is gone by then, the first reader runs the op again, and the last one to let go frees
 * what that made.
 */
final class CheapResult {
  private final OpNode maker;
  private int readers;
  private Tensor value; // held once for each reader; null until one asks

  CheapResult(OpNode maker) {
    this.maker = maker;
  }

  /** One more reader, which must let go before the maker's own backward pass. */
  void addReader() {
    readers++;
  }

  /** The value, for a reader. */
  Tensor value() {
    if (value == null) {
      var ledger = maker.tape().ledger();
      boolean there = maker.output().isHeld(); // it was kept, or made outside of any block
      value = there ? maker.output().value() : maker.runAgain();
      for (int i = there ? 0 : 1; i < readers; i++) {
        ledger.retain(value);
      }
    }
    return value;
  }

  /** One reader less. */
  void letGo() {
    readers--;
    if (value != null) {
      maker.tape().ledger().drop(value);
    }
  }
}
