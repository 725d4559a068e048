package linnet.autograd;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.Tensor;

/** Where the gradients of one variable's uses add up. */
sealed interface GradientSlot {
  /** What has been added so far; null before the first. */
  Tensor tensor();

  /** Whether there is something, and it may be added to in place. */
  boolean isWritable(Ledger ledger);

  /**
   * Where there is nothing yet: memory of the slot's own, which the caller fills at once; null if it has
   * none.
   */
  Tensor claim();

  /** Adds a gradient, taking over one hold on it. */
  void add(Tensor gradient, Ledger ledger);

  /**
   * A parameter's: a buffer in the parameter's own scope, overwritten by the first gradient after a clear.
   */
  final class OfParameter implements GradientSlot {
    private final Tensor parameter;
    private Tensor buffer;
    private boolean filled;

    OfParameter(Tensor parameter) {
      this.parameter = parameter;
    }

    @Override
    public Tensor tensor() {
      return filled ? buffer : null;
    }

    @Override
    public boolean isWritable(Ledger ledger) {
      return filled;
    }

    @Override
    public Tensor claim() {
      allocate();
      filled = true;
      return buffer;
    }

    @Override
    public void add(Tensor gradient, Ledger ledger) {
      var backend = parameter.backend();
      if (filled) {
        backend.addScaled(buffer, gradient, 1);
      } else {
        backend.copy(claim(), gradient);
      }
      ledger.drop(gradient);
    }

    void allocate() {
      if (buffer == null || !buffer.isAlive()) {
        buffer = parameter.scope().allocate(parameter.dtype(), parameter.shape());
      }
    }

    void clear() {
      filled = false;
    }
  }

  /** That of a value of the step: whatever tensor came first, until another is added to it. */
  final class OfStep implements GradientSlot {
    private Tensor sum;

    @Override
    public Tensor tensor() {
      return sum;
    }

    @Override
    public boolean isWritable(Ledger ledger) {
      return sum != null && ledger.isExclusive(sum);
    }

    @Override
    public Tensor claim() {
      return null;
    }

    @Override
    public void add(Tensor gradient, Ledger ledger) {
      var backend = gradient.backend();
      if (sum == null) {
        sum = gradient;
      } else if (ledger.isExclusive(sum)) {
        backend.addScaled(sum, gradient, 1);
        ledger.drop(gradient);
      } else if (ledger.isExclusive(gradient)) {
        backend.addScaled(gradient, sum, 1);
        ledger.drop(sum);
        sum = gradient;
      } else {
        var total = ledger.allocate(gradient.dtype(), gradient.shape());
        backend.binary(Binary.ADD, total, sum, gradient);
        ledger.drop(sum);
        ledger.drop(gradient);
        sum = total;
      }
    }

    /** Hands over the sum and its hold; null if nothing was added. */
    Tensor take() {
      var taken = sum;
      sum = null;
      return taken;
    }
  }
}
