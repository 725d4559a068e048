/**
 * Model families as trees of {@link linnet.nn.Module} records, their {@code config.json}, loading and saving.
 */
package linnet.nn.model;
