package linnet.nn.io;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A model that lies in several GGUF files, as llama.cpp's {@code gguf-split} names and marks them: the first has
 * all keys, each its share of the tensors.
 *
 * @param first the first file
 * @param count how many there are
 */
record GgufSplit(Path first, int count) {
  private static final String NUMBER = "split.no";
  private static final String COUNT = "split.count";
  private static final String TENSORS = "split.tensors.count";
  private static final int MAX = 99_999; // names have five digits

  /**
   * The parts of the model that a file begins; one, where it is whole.
   *
   * @throws ModelFormatException if the file is not the first part, or its name is not such as the others are
   *     found by
   */
  static GgufSplit of(Path path, GgufMetadata metadata) {
    long count = metadata.integer(COUNT).orElse(1);
    if (count == 0 || count == 1) {
      return new GgufSplit(path, 1);
    }
    if (count < 0 || count > MAX) {
      throw new ModelFormatException(path, COUNT, "found " + count + ", expected at most " + MAX + " parts");
    }
    long number = metadata.integer(NUMBER).orElse(0);
    var name = String.valueOf(path.getFileName());
    if (number < 0 || number >= count || !name.endsWith(ending(number, count))) {
      throw new ModelFormatException(path, NUMBER, "found part " + (number + 1) + " of " + count
          + ", expected a name that says so, *" + ending(number, count) + ", by which its other parts are found");
    }
    if (number > 0) {
      throw new ModelFormatException(path, NUMBER, "found part " + (number + 1) + " of " + count
          + ", expected the first, which has the model's keys: name " + stem(name, number, count) + ending(0, count));
    }
    return new GgufSplit(path, (int) count);
  }

  private static String ending(long number, long count) {
    return "-%05d-of-%05d.gguf".formatted(number + 1, count);
  }

  private static String stem(String name, long number, long count) {
    return name.substring(0, name.length() - ending(number, count).length());
  }

  /** The keys of the whole model. */
  static GgufMetadata whole(GgufMetadata metadata) {
    var values = new LinkedHashMap<>(metadata.values());
    values.keySet().removeAll(List.of(NUMBER, COUNT, TENSORS));
    return new GgufMetadata(metadata.file(), values);
  }

  /**
   * The files behind the first.
   *
   * @throws ModelFormatException if one is missing
   */
  List<Path> others() {
    return IntStream.range(1, count).mapToObj(this::part).toList();
  }

  private Path part(int number) {
    var path = first.resolveSibling(stem(first.getFileName().toString(), 0, count) + ending(number, count));
    if (!Files.exists(path)) {
      throw new ModelFormatException(first, COUNT, "found no file " + path.getFileName() + " beside it, expected"
          + " all " + count + " parts of the model there; download the missing ones");
    }
    return path;
  }

  /**
   * Checks that a file is the part that its name says.
   *
   * @throws ModelFormatException if not
   */
  void requirePart(int number, Path path, GgufMetadata metadata) {
    long found = metadata.integer(NUMBER).orElse(-1);
    long of = metadata.integer(COUNT).orElse(-1);
    if (found != number || of != count) {
      throw new ModelFormatException(path, NUMBER, "found part " + (found + 1) + " of " + of + ", expected part "
          + (number + 1) + " of " + count + "; the files do not belong together");
    }
  }

  /**
   * Checks that the parts together have all tensors.
   *
   * @throws ModelFormatException if not
   */
  void requireTensors(GgufMetadata metadata, int found) {
    long expected = metadata.integer(TENSORS).orElse(found);
    if (expected != found) {
      throw new ModelFormatException(first, TENSORS, "found " + found + " tensors in " + count
          + " parts, expected " + expected + "; the files do not belong together");
    }
  }
}
