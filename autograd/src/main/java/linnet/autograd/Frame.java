package linnet.autograd;

import java.util.ArrayList;
import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** What one call of an op allocates; all that nobody else holds by then is released when the call ends. */
final class Frame implements AutoCloseable {
  private final Ledger ledger;
  private final List<Tensor> tensors = new ArrayList<>();

  Frame(Ledger ledger) {
    this.ledger = ledger;
  }

  Backend backend() {
    return ledger.scope().backend();
  }

  Tensor allocate(DType dtype, Shape shape) {
    var tensor = ledger.allocate(dtype, shape);
    tensors.add(tensor);
    return tensor;
  }

  Tensor dense(Tensor tensor) {
    if (tensor.isContiguous()) {
      return tensor;
    }
    var copy = allocate(tensor.dtype(), tensor.shape());
    backend().copy(copy, tensor);
    return copy;
  }

  @Override
  public void close() {
    tensors.forEach(ledger::drop);
    tensors.clear();
  }
}
