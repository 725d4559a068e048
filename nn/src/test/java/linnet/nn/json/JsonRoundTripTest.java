package linnet.nn.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class JsonRoundTripTest {
  @Property(tries = 300)
  void whatIsWrittenReadsBack(@ForAll("values") Json value) {
    assertEquals(value, Json.parse(value.compact(), "compact"));
    assertEquals(value, Json.parse(value.pretty(), "pretty"));
    assertEquals(value, Json.parse(value.pretty().getBytes(StandardCharsets.UTF_8), "bytes"));
  }

  @Property(tries = 500)
  void doublesAndFloatsReadBackToTheBit(@ForAll double d, @ForAll float f) {
    assertEquals(d, ((Json.Num) Json.of(d)).doubleValue());
    assertEquals(f, Float.parseFloat(Json.of(f).compact()));
  }

  /** Any damage gives a value or a JsonException, and nothing else. */
  @Property(tries = 1000)
  void damageGivesOnlyJsonException(
      @ForAll("values") Json value, @ForAll @IntRange(min = 0) int place, @ForAll byte put,
      @ForAll("damages") Damage damage) {
    byte[] bytes = value.pretty().getBytes(StandardCharsets.UTF_8);
    byte[] damaged = damage.apply(bytes, place % bytes.length, put);
    try {
      var read = Json.parse(damaged, "damaged");
      assertEquals(read, Json.parse(read.compact(), "again"));
    } catch (JsonException expected) {
      assertEquals(0, expected.getMessage().indexOf("damaged:"), expected.getMessage());
    }
  }

  enum Damage {
    REPLACE, CUT, REPEAT;

    byte[] apply(byte[] bytes, int place, byte put) {
      return switch (this) {
        case REPLACE -> {
          var copy = bytes.clone();
          copy[place] = put;
          yield copy;
        }
        case CUT -> Arrays.copyOf(bytes, place);
        case REPEAT -> {
          var copy = Arrays.copyOf(bytes, 2 * bytes.length - place);
          System.arraycopy(bytes, place, copy, bytes.length, bytes.length - place);
          yield copy;
        }
      };
    }
  }

  @Provide
  Arbitrary<Damage> damages() {
    return Arbitraries.of(Damage.class);
  }

  @Provide
  Arbitrary<Json> values() {
    var strings = Arbitraries.strings().all().ofMaxLength(6);
    Arbitrary<Json> leaves = Arbitraries.oneOf(
        strings.map(Json::of),
        Arbitraries.longs().map(Json::of),
        Arbitraries.doubles().map(Json::of),
        Arbitraries.of(Json.TRUE, Json.FALSE, Json.NULL));
    return Arbitraries.recursive(() -> leaves, inner -> Arbitraries.oneOf(
        inner.list().ofMaxSize(3).map(Json::of),
        Arbitraries.maps(strings, inner).ofMaxSize(3).map(m -> new Json.Obj(new LinkedHashMap<>(m)))), 0, 4);
  }
}
