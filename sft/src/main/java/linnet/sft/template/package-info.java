/**
 * Conversations as text: a model's chat template, rendered by the engine in {@link
 * linnet.sft.template.jinja}, with the parts that a model is to learn.
 */
package linnet.sft.template;
