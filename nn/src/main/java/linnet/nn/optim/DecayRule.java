package linnet.nn.optim;

import linnet.nn.Linear;
import linnet.nn.Modules;
import linnet.nn.Norm;
import linnet.nn.OutputHead;

/** Which parameters weight decay shrinks. */
@FunctionalInterface
public interface DecayRule {
  /** Every parameter. */
  DecayRule ALL = place -> true;

  /** All but the weights of norms and biases, as transformers' trainer does. */
  DecayRule EXCEPT_NORMS_AND_BIASES = place -> switch (place.owner()) {
    case Norm norm -> false;
    case Linear linear -> linear.weight() == place.param();
    case OutputHead head -> head.weight() == place.param();
    default -> true;
  };

  /** Whether the parameter at this place of the model decays. */
  boolean decays(Modules.Place place);
}
