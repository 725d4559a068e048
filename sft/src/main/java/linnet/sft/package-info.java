/** A model with all that it takes to talk to it: tokenizer, chat template, stop tokens, adapter. */
package linnet.sft;
