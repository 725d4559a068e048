/** Text from a model: choosing tokens, and the loop that feeds them back. */
package linnet.nn.generate;
