/**
 * A decoder as a tree of {@link linnet.nn.Module} records, the families that say what it is made of, their
 * {@code config.json}, loading and saving.
 */
package linnet.nn.model;
