package linnet.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import linnet.nn.io.ModelFormatException;
import linnet.nn.json.ErrorText;
import linnet.nn.json.Json;
import linnet.nn.json.JsonException;

/**
 * Damages files and says what reading them may do. So many of each kind as {@code -Dlinnet.fuzz} says; with a
 * small heap (48 MiB) they show that nothing large is allocated.
 */
public final class Fuzz {
  /** How many files of a kind are damaged. */
  public static final int COUNT = Integer.getInteger("linnet.fuzz", 1500);

  private static final String[] VALUES = {"0", "-1", "1", "2", "1e9", "2147483647", "4294967296", "1e400",
      "0.5", "null", "true", "\"x\"", "[]", "{}", "[1]", "-0.0", "1e-300"};

  private Fuzz() {}

  /** What is read of a file. */
  public interface Reading {
    void read();
  }

  /** Requires that a reading succeeds, or fails with a documented error. */
  public static void opensOrExplains(String kind, long seed, Reading reading) {
    try {
      reading.read();
    } catch (ModelFormatException | JsonException documented) {
      var message = documented.getMessage();
      assertTrue(message != null && !message.isBlank(), () -> kind + ", seed " + seed);
      assertEquals(ErrorText.bounded(message), message, () -> kind + ", seed " + seed);
    } catch (RuntimeException | Error other) {
      throw new AssertionError(kind + ", seed " + seed + ": " + other, other);
    }
  }

  /** Writes a file and gives its path back. */
  public static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** All of a file. */
  public static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A value of some field replaced, or bytes changed. */
  public static byte[] damagedText(byte[] utf8, Random random) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    int changes = random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int colon = text.indexOf(':', random.nextInt(text.length()));
      int end = colon < 0 ? -1 : text.indexOf(random.nextInt(6) == 0 ? '\n' : ',', colon);
      if (end > 0) {
        text = text.substring(0, colon + 1) + VALUES[random.nextInt(VALUES.length)] + text.substring(end);
      }
    }
    byte[] changed = text.getBytes(StandardCharsets.UTF_8);
    return random.nextInt(3) == 0 ? damaged(changed, random) : changed;
  }

  /** The JSON of a safetensors header changed, and its length with it. */
  public static byte[] damagedHeader(byte[] sound, Random random) {
    return withHeader(sound, damagedText(header(sound), random));
  }

  /** The JSON of a safetensors file's header. */
  public static byte[] header(byte[] file) {
    return Arrays.copyOfRange(file, Long.BYTES, Long.BYTES + headerLength(file));
  }

  private static int headerLength(byte[] file) {
    return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** A safetensors file with another header before its data. */
  public static byte[] withHeader(byte[] file, byte[] header) {
    int data = Long.BYTES + headerLength(file);
    return ByteBuffer.allocate(Long.BYTES + header.length + file.length - data).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length).put(header).put(file, data, file.length - data).array();
  }

  /** JSON of the same kind in which one thing is another: a member or element gone, renamed or replaced. */
  public static Json mutated(Json json, List<Json> values, Random random) {
    return switch (json) {
      case Json.Obj object when !object.members().isEmpty() -> mutatedMember(object, values, random);
      case Json.Arr(var elements) when !elements.isEmpty() && random.nextInt(3) > 0 -> {
        var changed = new ArrayList<>(elements);
        int at = random.nextInt(changed.size());
        if (random.nextInt(4) == 0) {
          changed.remove(at);
        } else {
          changed.set(at, mutated(changed.get(at), values, random));
        }
        yield Json.of(changed);
      }
      default -> values.get(random.nextInt(values.size()));
    };
  }

  private static Json mutatedMember(Json.Obj object, List<Json> values, Random random) {
    var names = List.copyOf(object.members().keySet());
    var name = names.get(random.nextInt(names.size()));
    var other = names.get(random.nextInt(names.size()));
    var value = object.members().get(name);
    var builder = object.toBuilder();
    return switch (random.nextInt(10)) {
      case 0 -> builder.remove(name).build();
      case 1 -> builder.put(name, object.members().get(other)).build();
      case 2 -> builder.remove(name).put(shortened(name, random), value).build();
      case 3 -> builder.put(other, object.members().get(name)).remove(name).build();
      case 4 -> builder.put(name, values.get(random.nextInt(values.size()))).build();
      default -> builder.put(name, mutated(value, values, random)).build();
    };
  }

  private static String shortened(String name, Random random) {
    int from = random.nextInt(name.length() + 1);
    return name.substring(0, from) + name.substring(from + random.nextInt(name.length() + 1 - from));
  }

  /** Bytes or words overwritten, most of them near the front, where headers are; sometimes cut or longer. */
  public static byte[] damaged(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 8; i--) {
      int reach = random.nextBoolean() ? Math.min(bytes.length, 2500) : bytes.length;
      int at = random.nextInt(Math.max(1, reach - 8));
      var words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> words.putInt(at, random.nextInt());
        case 2 -> words.putLong(at, random.nextBoolean() ? -1 : 1L << random.nextInt(64));
        case 3 -> words.putInt(at, random.nextInt(40));
        default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 40)) : bytes;
  }
}
