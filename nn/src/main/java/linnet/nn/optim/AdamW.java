package linnet.nn.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.TrainableParam;
import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.OptimizerKernels.AdamWUpdate;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019) over the trainable parameters
 * of a model, in the order of its record components, with PyTorch's arithmetic.
 */
public final class AdamW {
  private final AdamWConfig config;
  private final List<Slot> slots = new ArrayList<>();
  private long step;

  private record Slot(TrainableParam param, boolean decays, Moments moments) {}

  /**
   * The running averages of a parameter's gradient, of its shape.
   *
   * @param name the parameter's name
   * @param m of the gradient
   * @param v of its square
   */
  public record Moments(String name, Tensor m, Tensor v) {}

  /**
   * An optimizer whose moments are zero and live in {@code training}. The gradients' memory is taken now, too.
   *
   * @throws IllegalArgumentException if nothing in the model trains
   */
  public AdamW(AdamWConfig config, Module model, DecayRule decay, Scope training) {
    this.config = config;
    for (var place : Modules.places(model)) {
      if (place.param() instanceof TrainableParam param) {
        var value = param.value();
        var moments = new Moments(param.name(), training.zeros(value.dtype(), value.shape()),
            training.zeros(value.dtype(), value.shape()));
        param.variable().allocateGrad();
        slots.add(new Slot(param, decay.decays(place), moments));
      }
    }
    if (slots.isEmpty()) {
      throw new IllegalArgumentException("nothing in this model trains: add an adapter or make its"
          + " parameters trainable");
    }
  }

  /** The parameters that it updates. */
  public List<TrainableParam> params() {
    return slots.stream().map(Slot::param).toList();
  }

  /** The number of steps done. */
  public long steps() {
    return step;
  }

  /** The state besides {@link #steps}: the tensors themselves, in the order of the parameters. */
  public List<Moments> moments() {
    return slots.stream().map(Slot::moments).toList();
  }

  /**
   * Continues where another optimizer of the same model stood.
   *
   * @param steps its {@link #steps}
   * @param saved the values of its moments, by parameter name; they are copied
   * @throws IllegalArgumentException if a parameter's moments are missing, left over or of another shape
   */
  public void restore(long steps, Map<String, Moments> saved) {
    for (var slot : slots) {
      var moments = saved.get(slot.param().name());
      if (moments == null || !moments.m().shape().equals(slot.param().shape())
          || !moments.v().shape().equals(slot.param().shape())) {
        throw new IllegalArgumentException("optimizer state of " + slot.param().name() + ": found "
            + (moments == null ? "none" : moments.m().shape() + " and " + moments.v().shape())
            + ", expected two tensors of shape " + slot.param().shape());
      }
    }
    if (saved.size() != slots.size()) {
      throw new IllegalArgumentException("optimizer state for " + saved.size() + " parameters, but "
          + slots.size() + " train");
    }
    for (var slot : slots) {
      var moments = saved.get(slot.param().name());
      slot.moments().m().backend().copy(slot.moments().m(), moments.m());
      slot.moments().v().backend().copy(slot.moments().v(), moments.v());
    }
    step = steps;
  }

  /**
   * Updates every parameter that has a gradient.
   *
   * @param learningRate of this step
   * @param gradientScale gradients are multiplied by it first: one over the trained tokens, times the
   *     clipping factor
   */
  public void step(double learningRate, double gradientScale) {
    step++;
    var updates = new ArrayList<AdamWUpdate>();
    for (var slot : slots) {
      var grad = slot.param().grad();
      if (grad != null) {
        double decay = slot.decays() ? config.weightDecay() : 0;
        updates.add(new AdamWUpdate(slot.param().value(), grad, slot.moments().m(), slot.moments().v(),
            new AdamWStep(learningRate, config.beta1(), config.beta2(), config.epsilon(), decay, step,
                gradientScale)));
      }
    }
    slots.getFirst().moments().m().backend().adamWEach(updates);
  }

  /** Forgets all gradients, so that the next backward pass starts anew. */
  public void clearGradients() {
    slots.forEach(slot -> slot.param().variable().clearGrad());
  }
}
