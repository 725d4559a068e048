package linnet.nn.convert;

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
import java.util.Map;
import java.util.Random;
import linnet.nn.Golden;
import linnet.nn.io.Bytes;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.io.TinyLlama;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import linnet.nn.model.Checkpoint;
import linnet.nn.model.ModelConfig;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files of every family open, or fail with the documented errors and nothing else. So many of each
 * kind as {@code -Dlinnet.fuzz} says; with a small heap (48 MiB) they show that nothing large is allocated.
 */
class FormatFuzzTest {
  private static final int COUNT = Integer.getInteger("linnet.fuzz", 1500);
  private static final List<String> FAMILIES = List.of("llama3", "llama-yarn", "mistral", "qwen2-sliding",
      "qwen3", "gpt2", "phi", "phi3-long");
  private static final String[] VALUES = {"0", "-1", "1", "2", "1e9", "2147483647", "4294967296", "1e400",
      "0.5", "null", "true", "\"x\"", "[]", "{}", "[1]", "-0.0", "1e-300"};

  @TempDir
  Path folder;

  /** What is read of a file. */
  private interface Reading {
    void read();
  }

  private static void opensOrExplains(String kind, long seed, Reading reading) {
    try {
      reading.read();
    } catch (ModelFormatException | JsonException documented) {
      assertTrue(documented.getMessage() != null && !documented.getMessage().isEmpty());
    } catch (RuntimeException | Error other) {
      throw new AssertionError(kind + ", seed " + seed + ": " + other, other);
    }
  }

  @Test
  void configs() throws IOException {
    var texts = new ArrayList<byte[]>();
    try (var folders = Files.list(Golden.path("families"))) {
      for (var family : folders.sorted().toList()) {
        texts.add(Files.readAllBytes(family.resolve(ModelFiles.CONFIG)));
      }
    }
    for (int seed = 0; seed < COUNT; seed++) {
      var random = new Random(seed);
      byte[] text = damagedText(texts.get(random.nextInt(texts.size())), random);
      opensOrExplains("config.json", seed,
          () -> ModelConfig.read(JsonCursor.of(Json.parse(text, "fuzz"), "fuzz")));
    }
  }

  @Test
  void safetensors() {
    var sound = folder.resolve("sound.safetensors");
    SafetensorsWriter.write(sound, List.of(Bytes.counting("a", DType.F32, 0, 2, 2),
        Bytes.counting("b.c", DType.BF16, 1, 3), Bytes.counting("empty", DType.I64, 0, 0)),
        Map.of("format", "pt"));
    byte[] bytes = bytes(sound);
    for (int seed = 0; seed < COUNT; seed++) {
      var random = new Random(seed);
      var file = write(random.nextBoolean() ? damaged(bytes, random) : damagedHeader(bytes, random));
      opensOrExplains("safetensors", seed, () -> {
        try (var opened = SafetensorsFile.open(file)) {
          opened.specs().keySet().forEach(name -> opened.get(name).bytes().asByteBuffer());
        }
      });
    }
  }

  @Test
  void gguf() {
    var sound = new ArrayList<byte[]>();
    for (String family : FAMILIES) {
      var file = folder.resolve(family + ".gguf");
      try (var source = ModelSource.open(Golden.path("families/" + family))) {
        new ModelConverter(source, DType.F16).toGguf(file, TinyLlama.TOKENIZER.toMetadata());
      }
      sound.add(bytes(file));
    }
    for (int seed = 0; seed < COUNT; seed++) {
      var random = new Random(seed);
      var file = write(damaged(sound.get(random.nextInt(sound.size())), random));
      opensOrExplains("GGUF", seed, () -> {
        try (var model = ModelSource.open(file)) {
          model.chatTemplate();
          model.generationConfig();
          var checkpoint = Checkpoint.of(model);
          checkpoint.specs().keySet().forEach(checkpoint::get);
        }
      });
    }
  }

  private Path write(byte[] bytes) {
    try {
      return Files.write(folder.resolve("damaged"), bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A value of some field replaced, or bytes changed. */
  private static byte[] damagedText(byte[] utf8, Random random) {
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
  private static byte[] damagedHeader(byte[] sound, Random random) {
    int length = (int) ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] header = damagedText(Arrays.copyOfRange(sound, 8, 8 + length), random);
    return ByteBuffer.allocate(8 + header.length + sound.length - 8 - length).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length).put(header).put(sound, 8 + length, sound.length - 8 - length).array();
  }

  /** Bytes or words overwritten, most of them near the front, where headers are; sometimes cut or longer. */
  private static byte[] damaged(byte[] sound, Random random) {
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
