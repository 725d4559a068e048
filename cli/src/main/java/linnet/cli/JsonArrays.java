package linnet.cli;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import linnet.nn.json.Json;

/** Arrays of numbers as JSON. */
final class JsonArrays {
  private JsonArrays() {}

  static Json of(int... values) {
    return Json.of(Arrays.stream(values).mapToObj(Json::of).toList());
  }

  /** 1 where a bit is set, 0 elsewhere. */
  static Json of(BitSet bits, int length) {
    return Json.of(IntStream.range(0, length).mapToObj(t -> Json.of(bits.get(t) ? 1 : 0)).toList());
  }
}
