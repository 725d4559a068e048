package linnet.tensor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import linnet.tensor.MemoryLimitException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RegionTest {
  /** Allocate {@code bytes}, or, if that is 0, free the live range number {@code pick}. */
  private record Call(long bytes, int pick) {}

  @Provide
  Arbitrary<Call> calls() {
    var sizes = Arbitraries.oneOf(
        Arbitraries.longs().between(1, 5000), Arbitraries.longs().between(1, 40L << 20),
        Arbitraries.longs().between(60L << 20, 300L << 20), Arbitraries.just(0L), Arbitraries.just(0L));
    return Combinators.combine(sizes, Arbitraries.integers().between(0, 1000)).as(Call::new);
  }

  @Property(tries = 300)
  void liveRangesNeverOverlapAndFreeingAllLeavesWholeChunks(
      @ForAll @Size(max = 60) List<@From("calls") Call> calls) {
    var region = Region.inChunks();
    var chunkSizes = new ArrayList<Long>();
    var live = new ArrayList<Region.Range>();
    long used = 0;
    for (var call : calls) {
      if (call.bytes > 0) {
        var range = region.allocate(call.bytes, chunkSizes::add);
        assertTrue(range.bytes() >= call.bytes && range.bytes() < call.bytes + Region.ALIGNMENT);
        assertEquals(0, range.offset() % Region.ALIGNMENT);
        assertTrue(range.offset() + range.bytes() <= chunkSizes.get(range.chunk()));
        for (var other : live) {
          assertTrue(other.chunk() != range.chunk() || other.offset() + other.bytes() <= range.offset()
              || range.offset() + range.bytes() <= other.offset(), () -> range + " overlaps " + other);
        }
        live.add(range);
        used += range.bytes();
      } else if (!live.isEmpty()) {
        var range = live.remove(call.pick % live.size());
        region.free(range);
        used -= range.bytes();
      }
      assertEquals(used, region.usedBytes());
      assertTrue(region.peakBytes() >= used);
    }
    assertEquals(chunkSizes.stream().mapToLong(s -> s).sum(), region.reservedBytes());
    live.forEach(region::free);
    assertEquals(0, region.usedBytes());
    assertEquals(0, region.gaps());
  }

  @Property(tries = 100)
  void theSameCallsFindTheSamePlaces(@ForAll @Size(max = 40) List<@From("calls") Call> calls) {
    assertEquals(places(Region.inChunks(), calls), places(Region.inChunks(), calls));
  }

  private static List<Region.Range> places(Region region, List<Call> calls) {
    var live = new ArrayList<Region.Range>();
    var all = new ArrayList<Region.Range>();
    for (var call : calls) {
      if (call.bytes > 0) {
        live.add(region.allocate(call.bytes, growth -> { }));
        all.add(live.getLast());
      } else if (!live.isEmpty()) {
        region.free(live.remove(call.pick % live.size()));
      }
    }
    return all;
  }

  /** What a plan relies on. */
  @Property(tries = 200)
  void callsOnPaperFindTheSamePlacesInWhatTheyTook(@ForAll @Size(max = 60) List<@From("calls") Call> calls) {
    var onPaper = Region.onPaper();
    var planned = places(onPaper, calls);
    assertTrue(onPaper.reservedBytes() >= onPaper.peakBytes());
    var real = Region.inChunks();
    real.reserve(onPaper.chunkSizes(), growth -> assertEquals(onPaper.chunkSizes(), growth));
    real.limit(onPaper.reservedBytes());
    assertEquals(planned, places(real, calls));
  }

  /** A model's frozen tensors lie there before the rest of its training, of which they are a part, is reserved. */
  @Property(tries = 100)
  void whatIsThereIsAPartOfThePlan(@ForAll @Size(max = 20) List<@IntRange(min = 1, max = 1 << 20) Integer> frozen,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 700) Integer> trainedMebibytes) {
    var onPaper = Region.onPaper();
    var real = Region.inChunks();
    for (int bytes : frozen) {
      onPaper.allocate(bytes, growth -> { });
      real.allocate(bytes, growth -> { });
    }
    trainedMebibytes.forEach(mebibytes -> onPaper.allocate((long) mebibytes << 20, growth -> { }));
    long before = real.reservedBytes();
    real.reserve(onPaper.chunkSizes(), growth -> { });
    assertTrue(real.reservedBytes() <= onPaper.reservedBytes() + before);
    real.limit(real.reservedBytes());
    trainedMebibytes.forEach(mebibytes -> real.allocate((long) mebibytes << 20, growth -> { }));
  }

  @Test
  void chunksDouble() {
    var region = Region.inChunks();
    var growths = new ArrayList<Long>();
    for (int mebibytes : new int[] {1, 3, 1, 7, 16, 1, 60, 60, 100}) {
      region.allocate((long) mebibytes << 20, growths::add);
    }
    assertEquals(Stream.of(4L, 8L, 16L, 32L, 64L, 64L, 100L).map(m -> m << 20).toList(), growths);
  }

  @Test
  void whatComesBeyondAReservationTakesLittle() {
    var region = Region.inChunks();
    var growths = new ArrayList<Long>();
    region.allocate(100, growths::add);
    region.reserve(List.of(1L << 20, 256L), growths::addAll);
    region.allocate((4L << 20) - 128, growths::add);
    region.allocate(1 << 20, growths::add);
    region.allocate(1 << 20, growths::add);
    region.allocate(4 << 20, growths::add);
    assertEquals(List.of(4L << 20, (1L << 20) - 128, 256L, 4L << 20, 4L << 20), growths);
    long reserved = region.reservedBytes();
    region.limit(reserved + 64);
    assertThrows(MemoryLimitException.class, () -> region.reserve(List.of(reserved + 65), growths::addAll));
    assertEquals(reserved, region.reservedBytes());
  }

  @Test
  void takesTheSmallestGapThatFits() {
    var region = Region.inChunks();
    var large = region.allocate(1024, growth -> { });
    region.allocate(64, growth -> { });
    var small = region.allocate(256, growth -> { });
    region.allocate(64, growth -> { });
    region.free(large);
    region.free(small);
    assertEquals(small.offset(), region.allocate(200, growth -> { }).offset());
    assertEquals(large.offset(), region.allocate(200, growth -> { }).offset());
  }

  @Test
  void refusesToGrowBeyondTheLimitAndSaysTheNumbers() {
    var region = Region.inChunks();
    region.limit(1000);
    region.allocate(500, growth -> assertEquals(960, growth));
    var error = assertThrows(MemoryLimitException.class, () -> region.allocate(600, growth -> { }));
    assertEquals("640 bytes asked for; 512 of 960 reserved bytes are in use, no gap is large enough, and the"
        + " limit is 1000 bytes", error.getMessage());
    assertEquals(512, region.usedBytes());
    assertThrows(IllegalArgumentException.class, () -> region.allocate(-1, growth -> { }));
    assertThrows(IllegalArgumentException.class, () -> region.allocate(Long.MAX_VALUE, growth -> { }));
  }

  @Test
  void aFailedGrowthChangesNothing() {
    var region = Region.inChunks();
    assertThrows(IllegalStateException.class, () -> region.allocate(10, growth -> {
      throw new IllegalStateException("no memory");
    }));
    assertEquals(0, region.reservedBytes());
    assertEquals(new Region.Range(0, 0, 64), region.allocate(10, growth -> { }));
  }
}
