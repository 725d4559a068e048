package linnet.sft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import linnet.nn.json.ErrorText;
import linnet.nn.json.Json;

/** Damages documents and files, for tests of what reading them may do. */
public final class Damage {
  /** How many of a kind are damaged: {@code -Dlinnet.fuzz=100000} tries more. */
  public static final int COUNT = Integer.getInteger("linnet.fuzz", 600);

  private static final List<Json> STRANGERS = List.of(Json.NULL, Json.TRUE, Json.of(-1), Json.of(1L << 31),
      Json.of(2_000_000_000), Json.of(0.5), Json.of(""), Json.of("\0"), Json.of("Ġ"), Json.of("[("),
      Json.of(List.of()), Json.object().build(), Json.object().put("type", "Sequence").build(),
      Json.object().put("id", "B").build());

  private Damage() {}

  /** Requires that the error about a damaged file says something, in a form that can be shown. */
  public static void requireMessage(long seed, RuntimeException documented) {
    var message = documented.getMessage();
    assertTrue(message != null && !message.isBlank(), () -> "seed " + seed);
    assertEquals(ErrorText.bounded(message), message, () -> "seed " + seed);
  }

  /** A JSON document of which half of the time values are others, else a few bytes. */
  public static byte[] document(byte[] bytes, Random random) {
    if (random.nextBoolean()) {
      Json json = Json.parse(bytes, "sound");
      for (int n = random.nextInt(3); n >= 0; n--) {
        json = value(json, random);
      }
      return json.toString().getBytes(StandardCharsets.UTF_8);
    }
    return text(bytes, "[]{}\",:0\\ae", random);
  }

  /** A text of which a few bytes are others, half of the time some of these signs. */
  public static byte[] text(byte[] bytes, String signs, Random random) {
    var damaged = bytes.clone();
    for (int n = random.nextInt(4); n >= 0; n--) {
      int at = place(damaged, random);
      char sign = signs.charAt(random.nextInt(signs.length()));
      damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : sign);
    }
    return cutAtTimes(damaged, random);
  }

  /** A binary file of which a few words are others. */
  public static byte[] binary(byte[] bytes, Random random) {
    var damaged = bytes.clone();
    var words = ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = random.nextInt(4); n >= 0; n--) {
      int at = Math.min(place(damaged, random), damaged.length - Long.BYTES);
      switch (random.nextInt(4)) {
        case 0 -> words.putInt(at, random.nextInt(40));
        case 1 -> words.putInt(at, random.nextInt());
        case 2 -> words.putLong(at, 1L << random.nextInt(64));
        default -> damaged[at] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return cutAtTimes(damaged, random);
  }

  /** What stands at the beginning counts as much as all the rest. */
  private static int place(byte[] bytes, Random random) {
    return random.nextInt(random.nextBoolean() ? bytes.length : Math.min(2500, bytes.length));
  }

  private static byte[] cutAtTimes(byte[] bytes, Random random) {
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  /** A document in which one value is a stranger, or gone. */
  public static Json value(Json json, Random random) {
    int size = switch (json) {
      case Json.Obj(var members) -> members.size();
      case Json.Arr(var elements) -> elements.size();
      default -> 0;
    };
    if (size == 0 || random.nextInt(5) == 0) {
      return STRANGERS.get(random.nextInt(STRANGERS.size()));
    }
    int chosen = random.nextInt(size);
    boolean removed = random.nextInt(6) == 0;
    if (json instanceof Json.Arr(var elements)) {
      var changed = new ArrayList<>(elements);
      var old = changed.remove(chosen);
      if (!removed) {
        changed.add(chosen, value(old, random));
      }
      return Json.of(changed);
    }
    var object = (Json.Obj) json;
    String name = List.copyOf(object.members().keySet()).get(chosen);
    return removed ? object.toBuilder().remove(name).build()
        : object.toBuilder().put(name, value(object.members().get(name), random)).build();
  }
}
