package linnet.sft.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import linnet.nn.io.ModelFiles;
import linnet.nn.lora.AdapterFiles;

/** Which files of a repository make the model; everything else stays where it is. */
final class RepoFiles {
  /** Everything but weights that is taken where the repository has it. */
  static final List<String> SMALL = List.of(ModelFiles.ADAPTER_CONFIG, ModelFiles.CONFIG,
      ModelFiles.GENERATION_CONFIG, ModelFiles.TOKENIZER, ModelFiles.TOKENIZER_CONFIG,
      "special_tokens_map.json", "added_tokens.json", ModelFiles.CHAT_TEMPLATE);
  /** The tokenizers of repositories without a {@code tokenizer.json}. */
  private static final List<String> OLDER_TOKENIZERS = List.of("tokenizer.model", "vocab.json", "merges.txt");

  static final String GGUF = ".gguf";

  private static final Pattern SEGMENT = Pattern.compile("[\\p{L}\\p{N}_]"
      + "(?:[\\p{L}\\p{N} ._+()\\[\\]=,@~!&#%-]{0,253}[\\p{L}\\p{N}_)\\]+-])?");
  private static final int SHOWN = 12; // names in a message

  private RepoFiles() {}

  /**
   * What makes a model, but for the shards, which the index names.
   *
   * @param small configuration, tokenizer and template
   * @param weights the file with the weights, the first of a GGUF model's parts, or the index of several, if they
   *     are wanted
   * @param parts the parts of a GGUF model behind the first
   */
  record Selection(List<String> small, Optional<String> weights, List<String> parts) {
    Selection(List<String> small, String weights) {
      this(small, Optional.of(weights), List.of());
    }

    static Selection withoutWeights(List<String> small) {
      return new Selection(small, Optional.empty(), List.of());
    }

    /** Of a GGUF model the first file alone. */
    Selection first() {
      return new Selection(small, weights, List.of());
    }

    boolean isSharded() {
      return weights.equals(Optional.of(ModelFiles.INDEX));
    }

    boolean isGguf() {
      return weights.isPresent() && weights.get().endsWith(GGUF);
    }

    /** In the order in which they are downloaded. */
    List<String> all() {
      var all = new ArrayList<>(small);
      weights.ifPresent(all::add);
      all.addAll(parts);
      return all;
    }
  }

  /**
   * Chooses among the files of a repository.
   *
   * @throws HubException if there is no model that can be used, or more than one, or its names lead elsewhere
   */
  static Selection select(ModelName name, Collection<String> listed) {
    var selection = chosen(name, listed);
    selection.all().forEach(file -> requireSafe(file, name + ": the names of its files"));
    return selection;
  }

  private static Selection chosen(ModelName name, Collection<String> listed) {
    if (name.file().isPresent()) {
      return gguf(name, name.file().get(), listed);
    }
    if (listed.contains(ModelFiles.ADAPTER_CONFIG)) {
      require(name, listed, AdapterFiles.WEIGHTS, "an adapter");
      return new Selection(small(listed), AdapterFiles.WEIGHTS);
    }
    for (var weights : List.of(ModelFiles.WEIGHTS, ModelFiles.INDEX)) {
      if (listed.contains(weights)) {
        require(name, listed, ModelFiles.CONFIG, "weights");
        return new Selection(small(listed), weights);
      }
    }
    return gguf(name, onlyGguf(name, listed), listed);
  }

  /** The files of a model that are not weights. */
  static List<String> small(Collection<String> listed) {
    var small = new ArrayList<String>();
    var names = new ArrayList<>(SMALL);
    if (!listed.contains(ModelFiles.TOKENIZER)) {
      names.addAll(OLDER_TOKENIZERS);
    }
    names.stream().filter(listed::contains).forEach(small::add);
    return small;
  }

  private static void require(ModelName name, Collection<String> listed, String file, String beside) {
    if (!listed.contains(file)) {
      throw new HubException(name + ": found " + beside + " but no " + file + " in it, expected both;"
          + " found " + shown(listed));
    }
  }

  private static Selection gguf(ModelName name, String file, Collection<String> listed) {
    if (!listed.contains(file) && !isPartListed(file, listed)) {
      var others = GgufParts.models(listed);
      throw new HubException(name + ": found no file " + file + " in it; "
          + (others.isEmpty() ? "it has no GGUF file at all" : "its GGUF files: " + shown(others)));
    }
    var parts = GgufParts.of(file);
    if (parts.isEmpty()) {
      return new Selection(List.of(), file);
    }
    var missing = parts.get().missing(listed);
    if (!missing.isEmpty()) {
      throw new HubException(name + ": found no file " + shown(missing) + " in it, expected all "
          + parts.get().count() + " parts of the model; pull it from a repository that has them");
    }
    return new Selection(List.of(), Optional.of(file), parts.get().others());
  }

  private static boolean isPartListed(String file, Collection<String> listed) {
    return GgufParts.of(file).filter(parts -> parts.missing(listed).size() < parts.count()).isPresent();
  }

  private static String onlyGguf(ModelName name, Collection<String> listed) {
    var files = GgufParts.models(listed);
    if (files.size() == 1) {
      return files.getFirst();
    }
    if (!files.isEmpty()) {
      throw new HubException(name + ": found " + files.size() + " GGUF files; name one as " + name.repo()
          + "/FILE (pull also takes --file FILE): " + shown(files));
    }
    if (listed.stream().anyMatch(file -> file.endsWith(".bin"))) {
      throw new HubException(name + ": found PyTorch .bin weights only, expected safetensors or GGUF; .bin"
          + " files are pickles, which can run code: have the repository's safetensors made first");
    }
    throw new HubException(name + ": found no model in it, neither safetensors nor GGUF; found "
        + (listed.isEmpty() ? "nothing" : shown(listed)));
  }

  /** Names for a message: the first few, without what could move a terminal's cursor. */
  static String shown(Collection<String> names) {
    var some = names.stream().limit(SHOWN).map(name -> name.replaceAll("\\p{Cntrl}", "?")).toList();
    return String.join(", ", some) + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }

  /**
   * What decides which files make a model of this kind: each must be there, or known not to be, for it to be
   * used without asking the Hub.
   */
  static Set<String> deciding(Selection selection) {
    var deciding = new LinkedHashSet<>(List.of(ModelFiles.ADAPTER_CONFIG));
    if (selection.isGguf()) {
      deciding.addAll(List.of(ModelFiles.WEIGHTS, ModelFiles.INDEX));
    } else {
      deciding.addAll(SMALL);
    }
    return deciding;
  }

  /**
   * The shards that an index names.
   *
   * @throws HubException if a name is not that of a file beside it
   */
  static Set<String> shards(ModelName name, Collection<String> named) {
    var shards = new TreeSet<String>();
    for (var shard : named) {
      requireSafe(shard, name + ": " + ModelFiles.INDEX + ": weight_map");
      if (shard.contains("/") || !shard.endsWith(".safetensors")) {
        throw new HubException(name + ": " + ModelFiles.INDEX + ": weight_map: found \"" + shard
            + "\", expected the name of a .safetensors file beside it");
      }
      shards.add(shard);
    }
    return shards;
  }

  /**
   * Refuses names that could lead out of a folder or mean something else to some file system.
   *
   * @param file a path with {@code /} between its parts
   * @param place what names it
   */
  static void requireSafe(String file, String place) {
    for (var part : file.split("/", -1)) {
      if (!SEGMENT.matcher(part).matches() || part.contains("..")) {
        throw new HubException(place + ": found \"" + file.replaceAll("\\p{Cntrl}", "?")
            + "\", expected letters, digits and such as - . _ and no '..', in parts divided by '/'");
      }
    }
  }
}
