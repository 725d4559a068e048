package linnet.sft.train;

import java.util.Map;
import linnet.sft.data.DataPosition;

/**
 * Where a run stands. Together with the parameters and the optimizer's moments this is all that there is to
 * know: random numbers are functions of the seed and the step.
 *
 * @param step steps done
 * @param position where the next step's rows begin
 * @param seed of the run
 * @param fingerprints SHA-256 of what must not change between parts of a run, by name (model, data, settings)
 */
public record TrainingProgress(long step, DataPosition position, long seed,
    Map<String, String> fingerprints) {
  /** The beginning of a run. */
  public static TrainingProgress start(long seed, Map<String, String> fingerprints) {
    return new TrainingProgress(0, DataPosition.START, seed, fingerprints);
  }

  /** Keeps its own map. */
  public TrainingProgress {
    fingerprints = Map.copyOf(fingerprints);
  }

  TrainingProgress after(DataPosition next) {
    return new TrainingProgress(step + 1, next, seed, fingerprints);
  }
}
