/**
 * JMH benchmarks, a class per kernel and path, each of which says what its limit is; {@link
 * linnet.benchmarks.PeakBenchmark} measures the limits. To run some of them:
 *
 * <pre>{@code
 * ./mvnw -q -Pjmh -pl benchmarks -am package -DskipTests -Djmh="GemmBenchmark -p threads=1"
 * }</pre>
 *
 * <p>{@code benchmarks/run} alternates the same methods with the peers' and with the limits.
 */
package linnet.benchmarks;
