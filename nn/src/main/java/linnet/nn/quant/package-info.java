/**
 * Quantising the projections of a model while it is loaded, as bitsandbytes does: QLoRA's NF4 and LLM.int8's
 * 8 bits. The result is storage of frozen weights ({@link linnet.tensor.DType#NF4}, {@link
 * linnet.tensor.DType#INT8}), decoded where a product packs it.
 */
package linnet.nn.quant;
