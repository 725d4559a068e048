package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;

class RotaryRowsTest {
  @Test
  void ordersTheRowsOfEachHead() {
    // Two heads of six features: the file pairs (0 1) (2 3) (4 5), Hugging Face pairs (0 3) (1 4) (2 5).
    var file = new byte[] {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
    var huggingFace = new byte[] {0, 2, 4, 1, 3, 5, 10, 12, 14, 11, 13, 15};
    var rows = new RotaryRows(2);
    var out = new byte[12];
    rows.pairsToHalves(bytes(file), MemorySegment.ofArray(out));
    assertArrayEquals(huggingFace, out);
    rows.halvesToPairs(bytes(huggingFace), MemorySegment.ofArray(out));
    assertArrayEquals(file, out);
  }

  @Test
  void movesQuantisedBlocksWhole() {
    var source = new byte[4 * 2 * 18];
    for (int i = 0; i < source.length; i++) {
      source[i] = (byte) (i / 36);
    }
    var spec = new TensorSpec("q", DType.Q4_0, Shape.of(4, 64));
    var out = new byte[source.length];
    new RotaryRows(1).pairsToHalves(new StoredTensor(spec, MemorySegment.ofArray(source)),
        MemorySegment.ofArray(out));
    byte[] order = {0, 2, 1, 3};
    for (int i = 0; i < out.length; i++) {
      assertEquals(order[i / 36], out[i]);
    }
  }

  @Test
  void refusesRowsThatDoNotFitTheHeads() {
    new RotaryRows(3).check("f", new TensorSpec("q", DType.F32, Shape.of(12, 5)));
    new RotaryRows(3).check("f", new TensorSpec("q", DType.F32, Shape.of(12)));
    for (var shape : new Shape[] {Shape.of(9, 5), Shape.of(10, 5), Shape.of(), Shape.of(6, 2, 2)}) {
      var error = assertThrows(ModelFormatException.class,
          () -> new RotaryRows(3).check("f", new TensorSpec("q", DType.F32, shape)));
      assertTrue(error.getMessage().contains("an even number for each of 3 heads"), error.getMessage());
    }
  }

  private static StoredTensor bytes(byte[] values) {
    return new StoredTensor(new TensorSpec("q", DType.U8, Shape.of(values.length)),
        MemorySegment.ofArray(values));
  }
}
