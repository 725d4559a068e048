package linnet.sft.hub;

import java.util.List;
import java.util.stream.Stream;
import linnet.sft.hub.RepoFiles.Selection;

/** How much of a model is wanted. */
public enum Part {
  /** All of it. */
  MODEL {
    @Override
    Selection of(Selection selection) {
      return selection;
    }

    @Override
    List<String> listed(List<String> files) {
      return files;
    }

    @Override
    List<String> needed(List<String> missing) {
      return missing;
    }
  },
  /** Tokenizer, template and configuration, without weights; of a GGUF model its first file, which has all of that. */
  TEXT {
    @Override
    Selection of(Selection selection) {
      return selection.isGguf() ? selection.first() : Selection.withoutWeights(selection.small());
    }

    @Override
    List<String> listed(List<String> files) {
      return files.stream().flatMap(file -> Stream.concat(Stream.of(file), GgufParts.of(file)
          .filter(parts -> parts.first().equals(file)).stream().flatMap(parts -> parts.others().stream())))
          .distinct().toList();
    }

    @Override
    List<String> needed(List<String> missing) {
      return missing.stream().filter(file -> GgufParts.of(file).map(GgufParts::first).orElse(file).equals(file))
          .toList();
    }
  };

  /** What of a model's files it takes. */
  abstract Selection of(Selection selection);

  /** The files of a repository, of which some are here: those, and such as this part does without. */
  abstract List<String> listed(List<String> files);

  /** Of the files that a model lacks those that this part does not do without. */
  abstract List<String> needed(List<String> missing);
}
