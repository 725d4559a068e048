package linnet.sft.train;

/** What the loop tells while it runs. */
public sealed interface TrainingEvent {
  /**
   * A micro-batch is about to be computed, the first of the run: start-up is over.
   *
   * @param step the step it belongs to, counted from 1
   */
  record Computing(long step) implements TrainingEvent {}

  /**
   * A step is done.
   *
   * @param step counted from 1
   * @param totalSteps of the run
   * @param loss mean negative log-likelihood of the step's trained tokens, before the update
   * @param learningRate used
   * @param gradientNorm of all gradients together, before clipping
   * @param tokens of the step's rows
   * @param trainedTokens targets among them
   * @param seconds that the step took
   */
  record Step(long step, long totalSteps, double loss, double learningRate, double gradientNorm, long tokens,
      long trainedTokens, double seconds) implements TrainingEvent {
    /** Real tokens per second; there are no others. */
    public double tokensPerSecond() {
      return tokens / seconds;
    }
  }

  /**
   * The validation rows were scored.
   *
   * @param step steps done
   * @param loss mean negative log-likelihood of the trained tokens
   * @param trainedTokens their number
   */
  record Validation(long step, double loss, long trainedTokens) implements TrainingEvent {}
}
