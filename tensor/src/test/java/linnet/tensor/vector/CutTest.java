package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CutTest {
  private static final int ROWS = 8;
  private static final int COLUMNS = 32;

  @Property
  void partsAreNotEmptyAndFitTheCaches(@ForAll @IntRange(min = 1, max = 400) int tiles,
      @ForAll @IntRange(min = 1, max = 60) int panels, @ForAll @IntRange(min = 1, max = 20) int most,
      @ForAll @IntRange(min = 1, max = 40) int threads) {
    int fewest = Math.ceilDiv(tiles, most);
    var cut = Cut.of(tiles * ROWS, panels * COLUMNS, tiles, panels, fewest, threads);
    assertTrue(cut.down() >= fewest && cut.down() <= tiles, cut + ": ranges of rows that are empty or too long");
    assertTrue(cut.across() >= 1 && cut.across() <= panels, cut + ": ranges of columns that are empty");
    assertTrue(cut.parts() <= Math.max(threads, Panels.padded(fewest, threads)), cut + ": too many parts");
    assertTrue((long) cut.parts() * cut.strips() >= 8L * threads, cut + ": too few strips for the threads");
    for (int i = 0; i < cut.down(); i++) {
      int count = cut.firstTile(i + 1) - cut.firstTile(i);
      assertTrue(count >= 1 && count <= most, cut + ": range of rows " + i + " has " + count + " tiles");
    }
    for (int i = 0; i < cut.across(); i++) {
      assertTrue(cut.firstPanel(i) < cut.firstPanel(i + 1), cut + ": range of columns " + i + " is empty");
    }
    assertEquals(tiles, cut.firstTile(cut.down()));
    assertEquals(panels, cut.firstPanel(cut.across()));
  }

  @Test
  void sharesColumnsOnlyWhereRowsAreFew() {
    assertEquals(new Cut(119, 18, 8, 1, 3), Cut.of(950, 576, 119, 18, 8, 2));
    assertEquals(new Cut(119, 18, 16, 1, 8), Cut.of(950, 576, 119, 18, 8, 16));
    assertEquals(new Cut(38, 48, 5, 3, 9), Cut.of(300, 1536, 38, 48, 3, 16));
    assertEquals(new Cut(512, 48, 32, 1, 6), Cut.of(4096, 1536, 512, 48, 32, 16));
  }
}
