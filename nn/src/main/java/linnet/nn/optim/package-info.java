/**
 * What turns gradients into better parameters: AdamW, clipping by the global norm, learning-rate schedules.
 *
 * <p>Losses are token sums: gradients are divided once a step, by the trained tokens of all its
 * micro-batches, through the {@code gradientScale} of {@link linnet.nn.optim.AdamW#step}.
 */
package linnet.nn.optim;
