/**
 * JMH benchmarks, a class per kernel, each figure beside its limit. To run some of them:
 *
 * <pre>{@code
 * ./mvnw -q -Pjmh -pl benchmarks -am package -DskipTests -Djmh="GemmBenchmark -p threads=1"
 * }</pre>
 *
 * <p>What they said of one thread of a shared two-core machine (AMD Zen 4, 512-bit vectors, JDK 25.0.3), best and
 * median of many calls, in the thread's processor time, as others were at work on the machine:
 *
 * <pre>
 * FIGURES
 * </pre>
 */
package linnet.benchmarks;
