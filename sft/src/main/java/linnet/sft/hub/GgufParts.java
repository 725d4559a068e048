package linnet.sft.hub;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The files of a model that lies in several, by their names, as llama.cpp's {@code gguf-split} gives them.
 *
 * @param stem what stands before {@code -00001-of-00003.gguf}
 * @param count how many there are
 */
record GgufParts(String stem, int count) {
  private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  /** The parts that a file is one of; nothing where its name is not that of a part. */
  static Optional<GgufParts> of(String file) {
    var name = NAME.matcher(file);
    if (!name.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(name.group(2));
    int count = Integer.parseInt(name.group(3));
    return number >= 1 && number <= count ? Optional.of(new GgufParts(name.group(1), count)) : Optional.empty();
  }

  /** The GGUF files of a list that a model can be named by: of parts the first. */
  static List<String> models(Collection<String> files) {
    return files.stream().filter(file -> file.endsWith(RepoFiles.GGUF))
        .map(file -> of(file).map(GgufParts::first).orElse(file)).sorted().distinct().toList();
  }

  String first() {
    return part(1);
  }

  /** The files behind the first. */
  List<String> others() {
    return IntStream.rangeClosed(2, count).mapToObj(this::part).toList();
  }

  /** The parts that are not among some files. */
  List<String> missing(Collection<String> files) {
    var there = Set.copyOf(files);
    return IntStream.rangeClosed(1, count).mapToObj(this::part).filter(Predicate.not(there::contains)).toList();
  }

  private String part(int number) {
    return "%s-%05d-of-%05d%s".formatted(stem, number, count, RepoFiles.GGUF);
  }
}
