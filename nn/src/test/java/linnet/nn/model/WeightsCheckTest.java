package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.StoredTensor;
import linnet.nn.io.TensorSpec;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;

class WeightsCheckTest {
  private static final Path FILE = Path.of("weights");
  private static final int ELEMENTS = 700_000; // several parts
  private static final int TENSORS = 5;

  private static StoredTensor tensor(String name, MemorySegment bytes) {
    int elements = (int) (bytes.byteSize() / Float.BYTES);
    return new StoredTensor(new TensorSpec(name, DType.F32, Shape.of(elements)), bytes);
  }

  private static List<StoredTensor> tensors(Arena arena) {
    var tensors = new ArrayList<StoredTensor>();
    for (int i = 0; i < TENSORS; i++) {
      tensors.add(tensor("t" + i, arena.allocate(ValueLayout.JAVA_FLOAT, ELEMENTS)));
    }
    return tensors;
  }

  @Test
  void finiteWeightsPassAgainAndAgain() {
    try (var arena = Arena.ofShared(); var check = new WeightsCheck(FILE, tensors(arena))) {
      check.await();
      check.await();
    }
  }

  @Test
  void theFirstOfSeveralBadTensorsIsNamedWhicheverThreadFindsIt() {
    for (int first = 0; first < TENSORS; first++) {
      try (var arena = Arena.ofShared()) {
        var tensors = tensors(arena);
        for (int bad = first; bad < TENSORS; bad++) {
          // the later the tensor, the earlier in it
          long at = ELEMENTS - 1 - bad * 100_000L;
          tensors.get(bad).bytes().setAtIndex(ValueLayout.JAVA_FLOAT, at, Float.NaN);
        }
        try (var check = new WeightsCheck(FILE, tensors)) {
          var failed = assertThrows(ModelFormatException.class, check::await);
          assertTrue(failed.getMessage().contains("t" + first + ": found values"), failed.getMessage());
        }
      }
    }
  }

  /** Memory of a shared arena cannot be freed while a thread reads it, which would throw here. */
  @Test
  void closingWaitsForTheThreadThatReads() {
    for (int i = 0; i < 50; i++) {
      try (var arena = Arena.ofShared(); var check = new WeightsCheck(FILE, tensors(arena))) {
        assertTrue(arena.scope().isAlive());
      }
    }
  }
}
