/**
 * The supervised fine-tuning loop: token-summed loss divided once by the trained tokens of the step,
 * accumulation, clipping, AdamW, validation, and a training state that resumes to the same bits.
 */
package linnet.sft.train;
