package linnet.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The machine's limits: what the multiply-add units can do at most, {@code gigaFlops}, and what memory gives
 * to readers, {@code gigaBytes}. In the vector width that {@code -Dlinnet.vector.bits} asks for, as the
 * kernels.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class PeakBenchmark {
  private static final VectorSpecies<Float> SPECIES = VectorSpecies.of(float.class,
      VectorShape.forBitSize(Integer.getInteger("linnet.vector.bits",
          Math.clamp(VectorShape.preferredShape().vectorBitSize(), 128, 512))));
  private static final int LANES = SPECIES.length();
  /** So many that waking the other threads takes no time beside them. */
  private static final int ROUNDS = 3_000_000;
  private static final int CHAINS = 12;
  /** Far more than any cache holds. */
  private static final long BYTES = 384L << 20;
  private static final int UNROLLED = 4;

  /** Threads that work at once. */
  @Param({"1", "2"})
  public int threads;

  private Together together;
  private Arena arena;
  private MemorySegment bytes;

  /** Starts the threads. */
  @Setup
  public void open() {
    together = new Together(threads);
    arena = Arena.ofShared();
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    together.close();
    arena.close();
  }

  /** Independent chains of multiply-adds in registers. */
  @Benchmark
  public double multiplyAdd(Rate rate) {
    double sum = together.run(thread -> chains(ROUNDS));
    rate.add(2.0 * CHAINS * LANES * ROUNDS * threads, 0);
    return sum;
  }

  /** A sum over a mapped file that memory holds, as it holds weights; a part for each thread. */
  @Benchmark
  public double read(Rate rate) throws IOException {
    if (bytes == null) { // only those who read need it
      bytes = mapped(arena);
    }
    long part = BYTES / threads / (4L * UNROLLED * LANES) * (4L * UNROLLED * LANES);
    double sum = together.run(thread -> sum(bytes.asSlice(thread * part, part)));
    rate.add(0, (double) part * threads);
    return sum;
  }

  /** Anonymous memory, in smaller pages, is read at two thirds of a mapped file's speed. */
  private static MemorySegment mapped(Arena arena) throws IOException {
    var file = Files.createTempFile("linnet-benchmark", ".bytes");
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena).fill((byte) 1);
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, BYTES, arena);
    } finally {
      Files.delete(file);
    }
  }

  /** Adds products to sums, as products of matrices do: for a sum that is a factor, C2 would copy registers. */
  private static float chains(int rounds) {
    var x = FloatVector.broadcast(SPECIES, 1.0000001f);
    var y = FloatVector.broadcast(SPECIES, 1e-9f);
    var a = x;
    var b = x;
    var c = x;
    var d = x;
    var e = x;
    var f = x;
    var g = x;
    var h = x;
    var i = x;
    var j = x;
    var k = x;
    var l = x;
    for (int round = 0; round < rounds; round++) {
      a = x.fma(y, a);
      b = x.fma(y, b);
      c = x.fma(y, c);
      d = x.fma(y, d);
      e = x.fma(y, e);
      f = x.fma(y, f);
      g = x.fma(y, g);
      h = x.fma(y, h);
      i = x.fma(y, i);
      j = x.fma(y, j);
      k = x.fma(y, k);
      l = x.fma(y, l);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }

  private static float sum(MemorySegment part) {
    var a = FloatVector.zero(SPECIES);
    var b = a;
    var c = a;
    var d = a;
    long size = part.byteSize();
    for (long at = 0; at < size; at += 4L * UNROLLED * LANES) {
      a = a.add(load(part, at));
      b = b.add(load(part, at + 4L * LANES));
      c = c.add(load(part, at + 8L * LANES));
      d = d.add(load(part, at + 12L * LANES));
    }
    return a.add(b).add(c).add(d).lane(0);
  }

  private static FloatVector load(MemorySegment part, long at) {
    return FloatVector.fromMemorySegment(SPECIES, part, at, ByteOrder.LITTLE_ENDIAN);
  }
}
