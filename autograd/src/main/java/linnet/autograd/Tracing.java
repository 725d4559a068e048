package linnet.autograd;

import java.util.Optional;
import java.util.function.Function;
import linnet.tensor.Backend;

/**
 * Finds where a step went wrong. {@link Tape#backward(Variable)} looks at the loss alone, which costs
 * nothing; when it throws, or when a gradient turns out not to be finite, the step is run again, slowly, with
 * every value looked at.
 */
public final class Tracing {
  private Tracing() {}

  /**
   * Runs a step, forwards and backwards, on a {@link Tape#tracing} tape in a scope of its own. Afterwards the
   * gradients of parameters are of no use.
   *
   * @param loss computes the loss; must draw the same random numbers as the step that went wrong
   * @return the first op whose result or gradient is not finite; empty if there is none
   */
  public static Optional<NonFiniteException> firstNonFinite(Backend backend, Function<Tape, Variable> loss) {
    try (var scope = backend.scope("tracing"); var tape = Tape.recording(scope).tracing()) {
      tape.backward(loss.apply(tape));
      return Optional.empty();
    } catch (NonFiniteException e) {
      return Optional.of(e);
    }
  }
}
