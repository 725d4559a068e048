package linnet.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void countsDimensionsFromBothEnds() {
    var shape = Shape.of(2, 3, 5);
    assertEquals(5, shape.size(-1));
    assertEquals(2, shape.size(0));
    assertEquals(30, shape.elements());
    assertEquals(1, Shape.of().elements());
    assertEquals("(2, 3, 5)", shape.toString());
    assertEquals(Shape.of(2, 7, 5), shape.with(-2, 7));
    var error = assertThrows(IllegalArgumentException.class, () -> shape.size(3));
    assertEquals("no dimension 3 in shape (2, 3, 5)", error.getMessage());
  }

  @Test
  void refusesNegativeSizesAndOverflow() {
    var error = assertThrows(IllegalArgumentException.class, () -> Shape.of(4, -1));
    assertTrue(error.getMessage().contains("[4, -1]"), error.getMessage());
    var huge = Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertThrows(ArithmeticException.class, huge::elements);
  }

  @Test
  void isNotChangedThroughArrays() {
    var sizes = new int[] {2, 3};
    var shape = Shape.of(sizes);
    sizes[0] = 9;
    shape.toArray()[1] = 9;
    assertEquals(Shape.of(2, 3), shape);
  }

  @Test
  void broadcastsOnesAndMissingDimensions() {
    assertEquals(Shape.of(4, 2, 3), Shape.broadcast(Shape.of(4, 1, 3), Shape.of(2, 1)));
    assertEquals(Shape.of(0), Shape.broadcast(Shape.of(1), Shape.of(0)));
    var error = assertThrows(IllegalArgumentException.class,
        () -> Shape.broadcast(Shape.of(2, 3), Shape.of(2)));
    assertEquals("shapes (2, 3) and (2) do not broadcast", error.getMessage());
  }

  @Property
  void rowMajorStridesCountElementsInOrder(
      @ForAll @Size(max = 4) List<@IntRange(min = 1, max = 4) Integer> sizes) {
    var shape = Shape.of(sizes.stream().mapToInt(i -> i).toArray());
    long[] strides = shape.rowMajorStrides();
    var index = new int[shape.rank()];
    for (long expected = 0; expected < shape.elements(); expected++) {
      long offset = 0;
      for (int d = 0; d < index.length; d++) {
        offset += index[d] * strides[d];
      }
      assertEquals(expected, offset);
      for (int d = index.length - 1; d >= 0 && ++index[d] == shape.size(d); d--) {
        index[d] = 0;
      }
    }
    assertArrayEquals(new int[shape.rank()], index);
  }
}
