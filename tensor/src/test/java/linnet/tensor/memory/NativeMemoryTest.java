package linnet.tensor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.MemoryLimitException;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  @Test
  void aClosedScopeMakesRoomForTheNext() {
    try (var memory = new NativeMemory(); var backend = Backends.reference()) {
      long first = addressOf(memory, backend);
      long reserved = memory.reservedBytes();
      assertEquals(4L << 20, reserved);
      for (int step = 0; step < 10; step++) {
        assertEquals(first, addressOf(memory, backend));
      }
      assertEquals(reserved, memory.reservedBytes());
    }
  }

  private static long addressOf(NativeMemory memory, Backend backend) {
    try (var scope = new NativeScope("step", backend, memory)) {
      segment(scope.allocate(DType.BF16, 1000, 1000));
      var second = scope.allocate(DType.F32, 100, 3);
      scope.release(second);
      assertEquals(segment(scope.allocate(DType.F32, 100, 3)).address() % Region.ALIGNMENT, 0);
      return segment(scope.allocate(DType.F32, 3)).address();
    }
  }

  @Test
  void segmentsHaveTheSizeThatWasAskedFor() {
    try (var memory = new NativeMemory(); var backend = Backends.reference();
        Scope scope = new NativeScope("model", backend, memory)) {
      assertEquals(20, segment(scope.allocate(DType.F32, 5)).byteSize());
      assertEquals(0, segment(scope.allocate(DType.F32, 0, 5)).byteSize());
      assertEquals(36, segment(scope.allocate(DType.Q4_0, 2, 32)).byteSize());
      assertEquals(64 * 3, memory.peakBytes());
    }
  }

  @Test
  void theLimitNamesTheScopeAndTheTensor() {
    try (var memory = new NativeMemory(); var backend = Backends.reference();
        Scope scope = new NativeScope("step", backend, memory)) {
      memory.limit(1 << 20);
      scope.allocate(DType.F32, 1000);
      var error = assertThrows(MemoryLimitException.class, () -> scope.allocate(DType.F32, 1000, 300));
      assertTrue(error.getMessage().startsWith("scope \"step\", F32(1000, 300): 1200000 bytes asked for;"),
          error.getMessage());
      assertEquals(4000, scope.liveBytes());
      scope.allocate(DType.F32, 1000);
    }
  }

  @Test
  void whatTheSystemRefusesIsReportedAndChangesNothing() {
    try (var memory = new NativeMemory()) {
      var error = assertThrows(MemoryLimitException.class, () -> memory.allocate(1L << 50));
      assertTrue(error.getMessage().contains("ask for less"), error.getMessage());
      assertEquals(0, memory.reservedBytes());
      assertThrows(MemoryLimitException.class,
          () -> memory.reserve(List.of(1L << 20, 1L << 50), NativeMemory.Threads.ONE));
      assertEquals(0, memory.reservedBytes());
      assertEquals(100, memory.allocate(100).segment().byteSize());
    }
  }

  @Test
  void threadsGetPlacesOfTheirOwn() throws Exception {
    try (var memory = new NativeMemory(); var threads = Executors.newFixedThreadPool(4)) {
      var jobs = new ArrayList<Callable<Boolean>>();
      for (int job = 0; job < 8; job++) {
        int mark = job;
        jobs.add(() -> ownsWhatItWrites(memory, mark));
      }
      for (var result : threads.invokeAll(jobs)) {
        assertTrue(result.get());
      }
      assertEquals(4L << 20, memory.reservedBytes());
    }
  }

  private static boolean ownsWhatItWrites(NativeMemory memory, int mark) {
    boolean intact = true;
    for (int round = 0; round < 200; round++) {
      var blocks = new ArrayList<NativeMemory.Block>();
      for (int b = 0; b < 5; b++) {
        blocks.add(memory.allocate(100 + 64L * b * mark));
        blocks.getLast().segment().fill((byte) mark);
      }
      for (var block : blocks) {
        intact &= block.segment().get(ValueLayout.JAVA_BYTE, block.segment().byteSize() - 1) == mark;
        memory.free(block);
      }
    }
    return intact;
  }

  @Test
  void aClosedPoolTakesItsSegmentsAlong() {
    var memory = new NativeMemory();
    var segment = memory.allocate(8).segment();
    memory.close();
    assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void adoptedSegmentsAreNotFreed() {
    try (var memory = new NativeMemory(); var backend = Backends.reference()) {
      var scope = new NativeScope("model", backend, memory);
      var owned = MemorySegment.ofArray(new float[4]);
      var storage = new NativeStorage(scope, DType.F32, 4, owned);
      assertSame(owned, storage.segment());
      scope.release(Tensor.over(storage, Shape.of(4)));
      scope.close();
      assertEquals(0, memory.peakBytes());
    }
  }

  private static MemorySegment segment(Tensor tensor) {
    return ((NativeStorage) tensor.storage()).segment();
  }
}
