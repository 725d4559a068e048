package linnet.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SegmentsTest {
  private static final Segments ROWS = Segments.of(0, 4, 5, 9);

  @Test
  void beginLaterAndSeeTheSameKeys() {
    var later = ROWS.from(2, 4, 8);
    assertEquals(new Segments(new int[] {0, 2, 3, 4}, new int[] {0, 4, 5, 9}), later);
    assertEquals(3, later.visible(0, 0));
    assertEquals(4, later.visible(2, 0));
    assertEquals(ROWS, ROWS.from(0, 4, 5));
  }

  @Test
  void keepAQueryOfEveryRow() {
    assertEquals("row 1 cannot begin at query 5: it has 4 to 4",
        assertThrows(IllegalArgumentException.class, () -> ROWS.from(0, 5, 5)).getMessage());
    assertEquals("row 2 cannot begin at query 4: it has 5 to 8",
        assertThrows(IllegalArgumentException.class, () -> ROWS.from(0, 4, 4)).getMessage());
    assertEquals("2 first queries, expected one for each of 3 rows",
        assertThrows(IllegalArgumentException.class, () -> ROWS.from(0, 4)).getMessage());
  }
}
