package linnet.sft.hub;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import linnet.nn.io.ModelFiles;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.AdapterFiles;
import linnet.sft.hub.RepoFiles.Selection;

/**
 * What the cache has of a model.
 *
 * @param commit the version
 * @param path the model's folder or file
 * @param missing files without which it cannot be used
 * @param isSettled whether it is known that nothing else belongs to it
 */
record CachedModel(String commit, Path path, List<String> missing, boolean isSettled) {
  /**
   * Looks for a model.
   *
   * @return what there is, or empty where the revision is not known here
   * @throws HubException if what is there is no model of one choice
   */
  static Optional<CachedModel> find(HubCache cache, ModelName name, Part part) {
    return cache.commit(name.revisionOrMain()).map(commit -> {
      var files = cache.files(commit);
      var tree = cache.tree(commit);
      if (tree.isEmpty() && part == Part.TEXT && files.contains(ModelFiles.TOKENIZER)) {
        return of(cache, name, commit, files, Selection.withoutWeights(RepoFiles.small(files)));
      }
      var listed = tree.orElseGet(() -> part.listed(files));
      if (tree.isEmpty() && !makeAModel(name, listed)) {
        var expected = expected(name, files);
        return new CachedModel(commit, cache.snapshot(commit), part.needed(expected), false);
      }
      return of(cache, name, commit, files, part.of(RepoFiles.select(name, listed)));
    });
  }

  private static CachedModel of(HubCache cache, ModelName name, String commit, Collection<String> files,
      Selection selection) {
    var missing = new ArrayList<>(selection.all());
    missing.addAll(shards(cache, commit, name, selection));
    missing.removeAll(files);
    boolean settled = cache.tree(commit).isPresent() || name.file().isPresent()
        || RepoFiles.deciding(selection).stream()
            .allMatch(file -> cache.has(commit, file) || cache.isAbsent(commit, file));
    return new CachedModel(commit, path(cache, commit, selection), List.copyOf(missing), settled);
  }

  private static boolean makeAModel(ModelName name, Collection<String> files) {
    try {
      RepoFiles.select(name, files);
      return true;
    } catch (HubException incomplete) {
      return false;
    }
  }

  /** What the files that are here would need to make a model. */
  private static List<String> expected(ModelName name, Collection<String> files) {
    if (name.file().isPresent()) {
      return GgufParts.of(name.file().get()).map(parts -> parts.missing(files)).orElse(List.of(name.file().get()));
    }
    if (files.contains(ModelFiles.ADAPTER_CONFIG)) {
      return List.of(AdapterFiles.WEIGHTS);
    }
    if (files.contains(ModelFiles.WEIGHTS) || files.contains(ModelFiles.INDEX)) {
      return List.of(ModelFiles.CONFIG);
    }
    var models = GgufParts.models(files);
    var parts = models.size() == 1 ? GgufParts.of(models.getFirst()) : Optional.<GgufParts>empty();
    return parts.map(split -> split.missing(files)).orElse(List.of(files.contains(ModelFiles.CONFIG)
        ? ModelFiles.WEIGHTS : ModelFiles.CONFIG + " and " + ModelFiles.WEIGHTS + ", or a GGUF file,"));
  }

  /** A model's folder or file in the cache. */
  static Path path(HubCache cache, String commit, Selection selection) {
    var snapshot = cache.snapshot(commit);
    return selection.isGguf() ? snapshot.resolve(selection.weights().orElseThrow()) : snapshot;
  }

  /**
   * The shards of a model whose index is here.
   *
   * @throws linnet.nn.json.JsonException if the index is malformed
   * @throws HubException if it names what is no file beside it
   */
  static Collection<String> shards(HubCache cache, String commit, ModelName name, Selection selection) {
    if (!selection.isSharded() || !cache.has(commit, ModelFiles.INDEX)) {
      return List.of();
    }
    var index = JsonCursor.read(cache.snapshot(commit).resolve(ModelFiles.INDEX));
    return RepoFiles.shards(name, index.at("weight_map").members().values().stream()
        .map(JsonCursor::asString).distinct().toList());
  }

  boolean isComplete() {
    return missing.isEmpty();
  }

  PulledModel as(ModelName name) {
    return new PulledModel(name, commit, path);
  }
}
