/**
 * Reverse-mode automatic differentiation: ops run at once on a {@link linnet.autograd.Tape}, which then walks
 * back over them and leaves the gradient in each parameter.
 *
 * {@snippet :
 * // Finds w in y = x · wᵀ, where the last column of x is 1, by gradient descent.
 * static double[] fit(Backend backend) {
 *   try (var training = backend.scope("training")) {
 *     var x = Variable.constant(training.floats(new float[] {0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1}, 4, 3));
 *     var y = Variable.constant(training.floats(new float[] {0.5f, 3.5f, -0.5f, 2.5f}, 4, 1));
 *     var w = Variable.parameter("w", training.zeros(DType.F32, 1, 3));
 *     for (int i = 0; i < 500; i++) {
 *       try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
 *         var loss = tape.mean(tape.square(tape.sub(tape.linear(x, w), y)));
 *         tape.backward(loss);
 *         backend.addScaled(w.value(), w.grad(), -0.3);
 *         w.clearGrad();
 *       }
 *     }
 *     return w.value().toDoubles();
 *   }
 * }
 * }
 *
 * <p>Where things are: an op is a record in the file of its family, for example {@link
 * linnet.autograd.Contraction.LoraLinear}, with its types, value and gradient side by side; {@link
 * linnet.autograd.Functions} lists all of them by name; {@link linnet.autograd.CustomOp} is the door for ops
 * of your own and {@link linnet.autograd.GradientCheck} tells whether their gradients are right; {@link
 * linnet.autograd.Tracing} finds the op where a value stopped being finite.
 */
package linnet.autograd;
