/**
 * JMH benchmarks, a class per kernel, each figure beside its limit. To run some of them:
 *
 * <pre>{@code
 * ./mvnw -q -Pjmh -pl benchmarks -am package -DskipTests -Djmh="GemmBenchmark -p threads=1"
 * }</pre>
 */
package linnet.benchmarks;
