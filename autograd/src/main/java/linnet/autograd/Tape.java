package linnet.autograd;

import java.util.ArrayList;
import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * Runs ops at once, and remembers them to walk back over. All values lie in the scope of the step; the
 * backward pass frees each as it passes, so that the peak is one pass of activations and a layer of
 * gradients. One thread at a time; parameters that two tapes share must not be walked back to at the same
 * time.
 *
 * <pre>{@code
 * try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
 *   var loss = tape.mean(tape.square(tape.sub(tape.linear(x, w), y)));
 *   tape.backward(loss);
 * }
 * }</pre>
 */
public final class Tape implements Functions, AutoCloseable {
  private enum Mode {
    RECORDING, CHECKPOINTING, NO_GRAD
  }

  private final Ledger ledger;
  private final Mode mode;
  private final boolean tracing;
  private final List<Node> nodes = new ArrayList<>();
  private String path;
  private List<Variable> results = new ArrayList<>(); // of the innermost open block
  private boolean trainable; // something that needs a gradient came by
  private boolean suspended;
  private boolean closed;

  private Tape(Ledger ledger, Mode mode, boolean tracing, String path) {
    this.ledger = ledger;
    this.mode = mode;
    this.tracing = tracing;
    this.path = path;
  }

  /** A tape that records what needs a gradient. */
  public static Tape recording(Scope step) {
    return new Tape(new Ledger(step), Mode.RECORDING, false, "");
  }

  /**
   * A recording tape that keeps only the input of each {@link #block}, and runs it again in the backward
   * pass.
   */
  public static Tape checkpointing(Scope step) {
    return new Tape(new Ledger(step), Mode.CHECKPOINTING, false, "");
  }

  /** A tape that records nothing; {@link #block} frees everything but its result. */
  public static Tape noGrad(Scope step) {
    return new Tape(new Ledger(step), Mode.NO_GRAD, false, "");
  }

  /**
   * A tape like this one that looks at every value and every gradient, and throws {@link NonFiniteException}
   * at the first op that makes one infinite or not a number. Slow; {@link Tracing} runs it after a step that
   * went wrong.
   *
   * @throws IllegalStateException if something has run on this tape
   */
  public Tape tracing() {
    if (!nodes.isEmpty() || !results.isEmpty()) {
      throw new IllegalStateException("tracing() must come before the first op");
    }
    return new Tape(ledger, mode, true, path);
  }

  Ledger ledger() {
    return ledger;
  }

  /** Whether it remembers ops to walk back over. */
  public boolean isRecording() {
    return mode != Mode.NO_GRAD;
  }

  /** Where the values lie. */
  public Scope scope() {
    return ledger.scope();
  }

  /** What computes. */
  public Backend backend() {
    return scope().backend();
  }

  /**
   * Runs an op.
   *
   * @throws IllegalArgumentException if the inputs do not fit (see {@link Op#infer}), or a trainable input is
   *     one that the op has no gradient for
   * @throws IllegalStateException if an input was released, belongs to another tape, or to a graph that a
   *     backward pass has consumed
   * @throws NonFiniteException on a {@link #tracing} tape
   */
  @Override
  public Variable apply(Op op, Variable... inputs) {
    requireUsable();
    for (int i = 0; i < inputs.length; i++) {
      requireInput(op, i, inputs[i]);
    }
    var values = new Tensor[inputs.length];
    var types = new TensorType[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      values[i] = inputs[i].value();
      types[i] = TensorType.of(values[i]);
    }
    var type = op.infer(List.of(types));
    var needs = new boolean[inputs.length];
    boolean recorded = false;
    for (int i = 0; i < inputs.length; i++) {
      trainable |= inputs[i].requiresGrad();
      needs[i] = mode != Mode.NO_GRAD && inputs[i].requiresGrad();
      recorded |= needs[i];
    }
    try (var frame = new Frame(ledger)) {
      var ctx = new ForwardContext(frame, type, values, needs);
      var value = op.forward(ctx);
      if (value == null || !TensorType.of(value).equals(type)) {
        throw new IllegalStateException(op.name() + ": forward returned "
            + (value == null ? "null" : TensorType.of(value)) + ", infer promised " + type);
      }
      var result = result(op.name(), value, recorded);
      if (recorded) {
        var saved = List.copyOf(ctx.saved());
        record(result, new OpNode(this, nodes.size(), op, path, inputs.clone(), needs, result, saved));
      }
      traceForward(op, inputs, value);
      return result;
    }
  }

  private Variable result(String name, Tensor value, boolean recorded) {
    var result = new Variable(name, value, recorded ? new GradientSlot.OfStep() : null);
    ledger.retain(value);
    result.hold();
    results.add(result);
    return result;
  }

  private void record(Variable result, Node node) {
    result.recordedBy(node);
    nodes.add(node);
  }

  private void requireUsable() {
    if (closed) {
      throw new IllegalStateException("this tape is closed");
    }
    if (suspended) {
      throw new IllegalStateException("this tape waits for block \"" + path
          + "\": run the block's ops on the tape that the block is given");
    }
  }

  private void requireInput(Op op, int i, Variable input) {
    if (!input.value().isAlive()) {
      throw new IllegalStateException(op.name() + ": input " + i + " (" + input
          + ") was released, or its scope \"" + input.value().scope().name() + "\" closed: Tape.keep lets a"
          + " value outlive its block and the backward pass, Tensor.keep its scope");
    }
    if (input.value().backend() != backend()) {
      throw new IllegalArgumentException(op.name() + ": input " + i + " (" + input + ") lives on the backend "
          + input.value().backend().description() + ", this tape on " + backend().description());
    }
    var node = input.node();
    if (node != null && node.isPassed()) {
      throw new IllegalStateException(op.name() + ": input " + i + " (" + input
          + ") belongs to a graph that a backward pass has consumed");
    }
    if (node != null && node.tape() != this) {
      throw new IllegalStateException(op.name() + ": input " + i + " (" + input
          + ") was recorded on another tape; a checkpointed block may use its input and parameters, and"
          + " constants");
    }
    if (input.requiresGrad() && !op.differentiable(i)) {
      throw new IllegalArgumentException(op.name() + ": input " + i + " (" + input
          + ") needs a gradient, but the op has none for it: make it a constant");
    }
  }

  /**
   * Lets a value outlive the backward pass and its block; it ends with the scope. Returns it.
   *
   * @throws IllegalStateException if the value was released already
   */
  public Variable keep(Variable x) {
    x.value().storage(); // throws if it is gone
    x.keep();
    return x;
  }

  /**
   * Runs a part of the computation under a name, such as {@code layers.3}; names of nested blocks are joined
   * by dots. Only the result may be used afterwards (and what {@link #keep} was called on): other values that
   * no backward pass will read are freed, and so are {@linkplain Op#cheap cheap} ones, which it makes again.
   * On a {@link #checkpointing} tape only the input is kept, and the block runs again in the backward pass,
   * with the same bits.
   */
  public Variable block(String name, Variable input, Block body) {
    requireUsable();
    var inner = path.isEmpty() ? name : path + "." + name;
    return mode == Mode.CHECKPOINTING ? checkpoint(inner, input, body) : inline(inner, input, body);
  }

  private Variable inline(String inner, Variable input, Block body) {
    var outer = path;
    var outerResults = results;
    path = inner;
    results = new ArrayList<>();
    try {
      var output = body.apply(this, input);
      if (results.contains(output)) {
        outerResults.add(output);
      }
      letGoBut(output);
      return output;
    } finally {
      path = outer;
      results = outerResults;
    }
  }

  private void letGoBut(Variable output) {
    for (var x : results) {
      if (x != output) {
        x.letGo(ledger);
      }
    }
  }

  private Variable checkpoint(String inner, Variable input, Block body) {
    var node = input.node();
    if (node != null && (node.isPassed() || node.tape() != this)) {
      throw new IllegalStateException("block " + inner + ": " + input
          + " belongs to another tape, or to a graph that a backward pass has consumed");
    }
    var probe = new Tape(ledger, Mode.NO_GRAD, tracing, inner);
    var output = runChild(probe, detached(input), inner, body);
    boolean recorded = probe.trainable || input.requiresGrad();
    var result = result("block " + inner, output.value(), recorded);
    probe.letGoBut(null);
    if (recorded) {
      record(result, new BlockNode(this, nodes.size(), inner, body, input, result));
    }
    return result;
  }

  private Variable runChild(Tape child, Variable input, String inner, Block body) {
    var outer = path;
    path = inner;
    suspended = true;
    try {
      return body.apply(child, input);
    } finally {
      suspended = false;
      path = outer;
    }
  }

  private static Variable detached(Variable input) {
    return new Variable(input.name(), input.value(), input.requiresGrad() ? new GradientSlot.OfStep() : null);
  }

  /**
   * The gradient of a checkpointed block's input, with one hold; null if it needs none. Takes over {@code
   * dy}.
   */
  Tensor recompute(String inner, Block body, Variable input, Tensor dy) {
    var child = new Tape(ledger, Mode.RECORDING, tracing, inner);
    var x = detached(input);
    var output = runChild(child, x, inner, body);
    if (output.slot() == null) {
      ledger.drop(dy);
    } else {
      child.letGoBut(output);
      child.walkBack(output, dy);
    }
    child.letGoBut(null);
    return x.slot() == null ? null : ((GradientSlot.OfStep) x.slot()).take();
  }

  /**
   * Walks back from a loss of one element, adding to the gradient of every parameter that it depends on, and
   * frees what it passes. The loss itself stays usable.
   *
   * @throws NonFiniteException if the loss is not finite; no gradient has been touched then
   * @throws IllegalStateException if nothing trainable leads to the loss, or its graph was walked before
   */
  public void backward(Variable loss) {
    if (loss.shape().elements() != 1) {
      throw new IllegalArgumentException("backward of " + loss
          + " needs a loss of one element; give backward(output, seed) a gradient to start from");
    }
    requireWalkable(loss);
    if (!backend().allFinite(loss.value())) {
      throw NonFiniteException.inLoss(loss);
    }
    var seed = ledger.allocate(loss.value().dtype(), loss.shape());
    backend().fill(seed, 1);
    walkBack(loss, seed);
  }

  /**
   * Walks back from any value, given the gradient of the loss with respect to it.
   *
   * @param seed of the type of {@code output}; not written to, nor released
   */
  public void backward(Variable output, Tensor seed) {
    requireWalkable(output);
    if (!TensorType.of(seed).equals(TensorType.of(output.value()))) {
      throw new IllegalArgumentException("the seed of " + output + " is " + TensorType.of(seed));
    }
    ledger.retain(seed);
    walkBack(output, seed);
  }

  private void requireWalkable(Variable output) {
    requireUsable();
    var node = output.node();
    if (node == null) {
      throw new IllegalStateException("nothing to walk back from " + output
          + ": it is a leaf, was made on a noGrad tape, or no parameter leads to it");
    }
    if (node.tape() != this) {
      throw new IllegalStateException(output + " was recorded on another tape");
    }
  }

  private void walkBack(Variable output, Tensor seed) {
    boolean[] reached = reachedFrom(output);
    output.slot().add(seed, ledger);
    walkBack(output, reached);
  }

  private void walkBack(Variable output, boolean[] reached) {
    for (int i = reached.length - 1; i >= 0; i--) {
      if (reached[i]) {
        var node = nodes.get(i);
        node.pass();
        if (node.output() != output) {
          node.output().letGo(ledger);
        }
      }
    }
  }

  /** Which nodes lead to a value, by index; a node stands after all nodes that it uses. */
  private boolean[] reachedFrom(Variable output) {
    if (output.node() == null) {
      return new boolean[0]; // a block that hands on its input, or a parameter
    }
    var reached = new boolean[output.node().index() + 1];
    reached[output.node().index()] = true;
    for (int i = reached.length - 1; i >= 0; i--) {
      if (reached[i]) {
        requireFresh(nodes.get(i), output);
        for (var input : nodes.get(i).inputs()) {
          if (input.node() != null) {
            reached[input.node().index()] = true;
          }
        }
      }
    }
    return reached;
  }

  private static void requireFresh(Node node, Variable output) {
    if (node.isPassed()) {
      throw new IllegalStateException("a backward pass has been through " + node.describe()
          + ", which leads to " + output + ", and freed what it kept. Neither a second pass over one graph"
          + " nor second derivatives are supported: add the losses and walk back once, or run the forward"
          + " pass again");
    }
  }

  private void traceForward(Op op, Variable[] inputs, Tensor value) {
    if (tracing && !backend().allFinite(value)) {
      throw NonFiniteException.inResult(op, path, inputs, value);
    }
  }

  void traceBackward(Op op, String block, int input, Tensor gradient) {
    if (tracing && !backend().allFinite(gradient)) {
      throw NonFiniteException.inGradient(op, block, input, gradient);
    }
  }

  /** Ends the tape: nothing runs on it any more. The values stay, as long as their scope does. */
  @Override
  public void close() {
    closed = true;
  }
}
