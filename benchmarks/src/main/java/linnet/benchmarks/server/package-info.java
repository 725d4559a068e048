/**
 * A process that measures what it is asked for, so that a script can alternate it with the peers': {@code
 * benchmarks/run} does.
 */
package linnet.benchmarks.server;
