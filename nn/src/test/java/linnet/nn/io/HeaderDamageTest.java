package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import linnet.nn.Golden;
import linnet.tensor.DType;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever happens to a file, opening it and reading all of it works or says what is wrong with the file. */
class HeaderDamageTest {
  private static final int TRIES = 1000;

  @Property(tries = TRIES)
  void safetensorsOpensOrExplains(@ForAll("damage") Damage damage) throws IOException {
    withDamaged(Fixtures.SAFETENSORS, damage, path -> {
      try (var file = SafetensorsFile.open(path)) {
        file.specs().keySet().forEach(name -> file.get(name).bytes().asByteBuffer());
      }
    });
  }

  @Property(tries = TRIES)
  void ggufOpensOrExplains(@ForAll("damage") Damage damage) throws IOException {
    withDamaged(Fixtures.GGUF, damage, path -> {
      try (var file = GgufFile.open(path)) {
        file.specs().keySet().forEach(name -> file.get(name).bytes().asByteBuffer());
        GgufTokenizer.read(file.metadata());
      }
    });
  }

  @Property(tries = TRIES)
  void llamaOpensOrExplains(@ForAll("damage") Damage damage) throws IOException {
    withDamaged(Fixtures.LLAMA, damage, path -> {
      try (var model = ModelSource.open(path)) {
        model.tensors().specs().keySet().forEach(name -> model.tensors().get(name));
        model.chatTemplate();
      }
    });
  }

  private interface Reading {
    void read(Path path);
  }

  private static void withDamaged(byte[] sound, Damage damage, Reading reading) throws IOException {
    var path = Files.createTempFile("damaged", ".safetensors");
    try {
      Files.write(path, damage.apply(sound));
      reading.read(path);
    } catch (ModelFormatException expected) {
      assertTrue(expected.getMessage().startsWith(path.toString()), expected.getMessage());
    } finally {
      Files.delete(path);
    }
  }

  /** What is done to a file: a few bytes or words overwritten, then cut or repeated. */
  record Damage(List<Write> writes, double keep) {
    /** Overwrites one byte, four or eight at a place given as a share of the header. */
    record Write(double place, int size, long value) {}

    byte[] apply(byte[] sound) {
      var bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
      for (var write : writes) {
        int at = (int) (write.place * (sound.length - write.size));
        switch (write.size) {
          case 1 -> bytes.put(at, (byte) write.value);
          case 4 -> bytes.putInt(at, (int) write.value);
          default -> bytes.putLong(at, write.value);
        }
      }
      return Arrays.copyOf(bytes.array(), (int) (keep * sound.length));
    }
  }

  @Provide
  Arbitrary<Damage> damage() {
    var values = Arbitraries.oneOf(
        Arbitraries.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, 1L << 32, (1L << 62) + 1),
        Arbitraries.chars().range('0', '9').map(digit -> (long) digit),
        Arbitraries.longs().between(-300, 300), Arbitraries.longs());
    var writes = Combinators.combine(Arbitraries.doubles().between(0, 1), Arbitraries.of(1, 4, 8), values)
        .as(Damage.Write::new);
    var keep = Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(1.0)),
        Tuple.of(1, Arbitraries.doubles().between(0, 1.2)));
    return Combinators.combine(writes.list().ofMinSize(0).ofMaxSize(4), keep).as(Damage::new);
  }

  /** Small sound files: nearly all header, so that damage meets it. */
  private static final class Fixtures {
    static final byte[] SAFETENSORS = bytes(path -> SafetensorsWriter.write(path,
        List.of(Bytes.counting("a", DType.F32, 0, 2, 2), Bytes.counting("b.c", DType.BF16, 1, 3),
            Bytes.counting("empty", DType.I64, 0, 0)), Map.of("format", "pt")));
    static final byte[] GGUF = bytes(path -> copy(Golden.resource("/linnet/nn/io/python.gguf"), path));
    static final byte[] LLAMA = bytes(TinyLlama::writeGguf);

    private static byte[] bytes(Reading write) {
      try {
        var path = Files.createTempFile("sound", ".bin");
        write.read(path);
        var bytes = Files.readAllBytes(path);
        Files.delete(path);
        return bytes;
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    private static void copy(Path from, Path to) {
      AtomicFile.write(to, out -> out.write(ByteBuffer.wrap(Files.readAllBytes(from))));
    }
  }
}
