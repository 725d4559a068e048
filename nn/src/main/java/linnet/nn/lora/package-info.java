/**
 * Low-rank adapters: adding them to a model, merging them, and PEFT's files.
 *
 * <p>{@link linnet.nn.lora.LoraConfig} says in PEFT's terms what a model gets; {@link linnet.nn.lora.Lora}
 * adds new adapters, {@link linnet.nn.lora.AdapterFiles} reads and writes them, {@link
 * linnet.nn.lora.MergedModel} and {@link linnet.nn.lora.Unmerge} put them into weights and take them out
 * again. Several adapters may stand on one model: each is a tree of its own that shares the weights. {@link
 * linnet.nn.lora.TrainedModules} trains parts of a model in full, without adapters.
 */
package linnet.nn.lora;
