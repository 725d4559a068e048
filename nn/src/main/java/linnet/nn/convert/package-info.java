/**
 * Models and adapters from one form into another: Hugging Face folder, PEFT folder and GGUF. What a form
 * cannot say is refused by name. The record of what was merged into a model goes along.
 */
package linnet.nn.convert;
