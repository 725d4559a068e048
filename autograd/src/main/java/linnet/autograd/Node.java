package linnet.autograd;

import linnet.tensor.Tensor;

/** One recorded step: it knows its inputs, and how to turn its output's gradient into theirs. */
sealed abstract class Node permits BlockNode, OpNode {
  private final Tape tape;
  private final int index;
  private final Variable[] inputs;
  private final Variable output;
  private boolean passed;

  Node(Tape tape, int index, Variable[] inputs, Variable output) {
    this.tape = tape;
    this.index = index;
    this.inputs = inputs;
    this.output = output;
  }

  final Tape tape() {
    return tape;
  }

  /** The place on the tape. */
  final int index() {
    return index;
  }

  final Variable[] inputs() {
    return inputs;
  }

  final Variable output() {
    return output;
  }

  /** Whether the backward pass has been here, so that what was kept is gone. */
  final boolean isPassed() {
    return passed;
  }

  /** Sends the gradient on to the inputs, if one has arrived, and lets go of everything kept. */
  final void pass() {
    passed = true;
    var dy = ((GradientSlot.OfStep) output.slot()).take();
    if (dy == null) {
      letGo();
    } else {
      sendBack(dy);
    }
  }

  /**
   * Computes the inputs' gradients, lets go of {@code dy} and of everything kept, then adds the gradients.
   */
  abstract void sendBack(Tensor dy);

  /** Lets go of everything kept. */
  abstract void letGo();

  /** Names what ran, for errors. */
  abstract String describe();
}
