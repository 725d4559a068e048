/**
 * Models and adapters from one form into another: Hugging Face folder, PEFT folder and GGUF. What a form
 * cannot say is refused by name.
 */
package linnet.nn.convert;
