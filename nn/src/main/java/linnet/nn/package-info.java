/**
 * Modules as records: parameters, layers, and the tree that they form.
 *
 * <p>A model is a tree of {@link linnet.nn.Module} records. {@link linnet.nn.Modules} lists its parameters
 * under the keys of Hugging Face checkpoints and rebuilds it with parts replaced, which is how weights are
 * loaded, adapters added and adapters merged. Families of models are in {@code linnet.nn.model}.
 */
package linnet.nn;
