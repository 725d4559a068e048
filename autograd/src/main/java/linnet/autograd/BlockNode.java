package linnet.autograd;

import linnet.tensor.Tensor;

/**
 * A block of which only the input was kept (gradient checkpointing: Chen et al., "Training Deep Nets with
 * Sublinear Memory Cost", 2016). The backward pass runs it again, recording this time.
 */
final class BlockNode extends Node {
  private final String path;
  private final Block body;

  BlockNode(Tape tape, int index, String path, Block body, Variable input, Variable output) {
    super(tape, index, new Variable[] {input}, output);
    this.path = path;
    this.body = body;
    tape.ledger().retain(input.value());
  }

  @Override
  String describe() {
    return "block " + path;
  }

  @Override
  void sendBack(Tensor dy) {
    var input = inputs()[0];
    var gradient = tape().recompute(path, body, input, dy);
    letGo();
    if (gradient != null) {
      input.slot().add(gradient, tape().ledger());
    }
  }

  @Override
  void letGo() {
    tape().ledger().drop(inputs()[0].value());
  }
}
