package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  @Test
  void isFoundAgainFromItsTable() {
    assertEquals(LLAMA_3_1, Llama3RopeFactors.from(LLAMA_3_1.table(THETA, 64), THETA, "f"));
    var other = new Llama3RopeFactors(32, 1, 4, 8192);
    assertEquals(other, Llama3RopeFactors.from(other.table(THETA, 128), THETA, "f"));
  }

  @Test
  void refusesATableOfAnotherScaling() {
    var other = new Llama3RopeFactors(8, 1, 2, 4096).table(THETA, 64);
    var error = assertThrows(ModelFormatException.class, () -> Llama3RopeFactors.from(other, THETA, "f"));
    assertTrue(error.getMessage().startsWith("f: rope_freqs.weight: found "), error.getMessage());
    float[] nan = {Float.NaN};
    assertThrows(ModelFormatException.class, () -> Llama3RopeFactors.from(nan, THETA, "f"));
  }
}
