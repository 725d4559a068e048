package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class Llama3RopeFactorsTest {
  private static final double THETA = 500_000;
  private static final Llama3RopeFactors LLAMA_3_1 = new Llama3RopeFactors(8, 1, 4, 8192);

  @Test
  void agreesWithTransformers() {
    // The quotient of transformers' unscaled and scaled inverse frequencies at a head of 32.
    float[] expected = {1, 1, 1, 1, 1, 1, 1, 1, 2.6945302f, 8, 8, 8, 8, 8, 8, 8};
    float[] table = LLAMA_3_1.table(THETA, 32);
    assertEquals(expected.length, table.length);
    for (int i = 0; i < table.length; i++) {
      assertEquals(expected[i], table[i], 1e-6 * expected[i]);
    }
  }

  @Property(tries = 200)
  void isFoundAgainFromItsTable(@ForAll @IntRange(min = 2, max = 40) int factor,
      @ForAll @IntRange(min = 1, max = 4) int low, @ForAll @IntRange(min = 1, max = 8) int width,
      @ForAll @IntRange(min = 4, max = 15) int contextBits, @ForAll boolean isSaid) {
    int context = 1 << contextBits;
    var scaling = new Llama3RopeFactors(factor, low, low + width, context);
    float[] table = scaling.table(THETA, 64);
    var said = isSaid ? OptionalInt.of(context) : OptionalInt.empty();
    try {
      var found = Llama3RopeFactors.from(table, THETA, said, "f");
      float[] again = found.table(THETA, 64);
      for (int i = 0; i < table.length; i++) {
        assertEquals(table[i], again[i], 2e-4 * table[i]);
      }
    } catch (ModelFormatException refused) {
      // nothing follows from fewer than two frequencies that are scaled in part
      assertTrue(partlyScaled(table, factor) < 2, refused.getMessage());
    }
  }

  private static long partlyScaled(float[] table, int factor) {
    return IntStream.range(0, table.length)
        .filter(i -> table[i] > 1.001 && table[i] < 0.999 * factor).count();
  }

  @Test
  void theUsualNumbersAreTakenWhereTheyFit() {
    for (var scaling : List.of(LLAMA_3_1, new Llama3RopeFactors(32, 1, 4, 8192))) {
      float[] table = scaling.table(THETA, 64);
      assertEquals(scaling, Llama3RopeFactors.from(table, THETA, OptionalInt.empty(), "f"));
    }
    var other = new Llama3RopeFactors(8, 1, 2, 4096);
    assertEquals(other, Llama3RopeFactors.from(other.table(5000, 64), 5000, OptionalInt.of(4096), "f"));
    var shorter = new Llama3RopeFactors(8, 1, 4, 4096);
    assertEquals(shorter, Llama3RopeFactors.from(shorter.table(THETA, 64), THETA, OptionalInt.empty(), "f"));
  }

  @Test
  void refusesAnotherTable() {
    float[] other = LLAMA_3_1.table(THETA, 64);
    other[3] = 2;
    var error = assertThrows(ModelFormatException.class,
        () -> Llama3RopeFactors.from(other, THETA, OptionalInt.empty(), "f"));
    assertTrue(error.getMessage().startsWith("f: rope_freqs.weight: found "), error.getMessage());
    float[] nan = {Float.NaN};
    assertThrows(ModelFormatException.class,
        () -> Llama3RopeFactors.from(nan, THETA, OptionalInt.empty(), "f"));
  }
}
