package linnet.autograd;

/** What the tape keeps alive for an op's backward pass, beside what {@link ForwardContext#save} named. */
public enum Saves {
  /** Neither inputs nor output. */
  NONE,
  /** The inputs, as far as {@link Op#reads} wants them. */
  INPUTS,
  /** The output. */
  OUTPUT
}
