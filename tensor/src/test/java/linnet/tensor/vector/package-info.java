/** The vector backend from the inside: functions, decoders, threads, and one provider against the other. */
package linnet.tensor.vector;
