package linnet.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RandomKeyTest {
  private static final int DRAWS = 100_000;

  /** The first outputs of SplitMix64 from state 0, as its authors' C program prints them. */
  @Test
  void isSplitMix64() {
    var key = new RandomKey(0);
    assertEquals(0xE220A8397B1DCDAFL, key.next(0));
    assertEquals(0x6E789E6AA1B965F4L, key.next(1));
    assertEquals(0x06C45D188009454FL, key.next(2));
  }

  /** The JDK's SplittableRandom is the same generator read in sequence. */
  @Property(tries = 50)
  void readsAnyPositionOfTheStream(@ForAll long seed, @ForAll @IntRange(max = 40) int element) {
    var sequence = new SplittableRandom(seed);
    for (int i = 0; i < element; i++) {
      sequence.nextLong();
    }
    assertEquals(sequence.nextLong(), new RandomKey(seed).next(element));
  }

  @Test
  void uniformNumbersFillTheUnitInterval() {
    var key = RandomKey.of(42);
    var bins = new int[10];
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      float u = key.uniform(i);
      assertTrue(u >= 0 && u < 1);
      assertEquals(u, (int) (u * 0x1p24f) * 0x1p-24f);
      bins[(int) (u * 10)]++;
      sum += u;
    }
    assertEquals(0.5, sum / DRAWS, 0.005);
    double chiSquared = 0;
    for (int count : bins) {
      chiSquared += Math.pow(count - DRAWS / 10.0, 2) / (DRAWS / 10.0);
    }
    assertTrue(chiSquared < 27.9, "nine degrees of freedom exceed 27.9 once in a thousand: " + chiSquared);
  }

  @Test
  void normalNumbersHaveTheMomentsOfANormal() {
    var key = RandomKey.of(7).derive("init");
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    for (int i = 0; i < DRAWS; i++) {
      double x = key.normal(i);
      sum += x;
      squares += x * x;
      fourths += x * x * x * x;
    }
    assertEquals(0, sum / DRAWS, 0.015);
    assertEquals(1, squares / DRAWS, 0.02);
    assertEquals(3, fourths / DRAWS, 0.15);
  }

  @Test
  void belowIsEven() {
    var key = RandomKey.of(3);
    var counts = new int[7];
    for (int i = 0; i < DRAWS; i++) {
      counts[key.below(i, 7)]++;
    }
    for (int count : counts) {
      assertEquals(DRAWS / 7.0, count, DRAWS / 7.0 * 0.04);
    }
  }

  @Test
  void differentPurposesAndIndicesGiveDifferentKeys() {
    var keys = new HashSet<Long>();
    for (long seed = 0; seed < 10; seed++) {
      for (var purpose : new String[] {"dropout", "shuffle", "init", ""}) {
        for (long index = -2; index < 50; index++) {
          keys.add(RandomKey.of(seed).derive(purpose).derive(index).bits());
        }
      }
    }
    assertEquals(10 * 4 * 52, keys.size());
    assertNotEquals(RandomKey.of(1).derive(2).derive(3), RandomKey.of(1).derive(3).derive(2));
  }

  /** Checkpoints hold keys: these must never change. */
  @Test
  void derivationIsForEver() {
    assertEquals(0x8D816BE56ABF6246L, RandomKey.of(42).derive("dropout").derive(17).bits());
    assertEquals(-2.400565921532368, RandomKey.of(42).derive("init").normal(5));
  }
}
