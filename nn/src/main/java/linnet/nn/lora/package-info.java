/** Low-rank adapters: adding them to a model, merging them, and PEFT's files. */
package linnet.nn.lora;
