package linnet.sft.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import linnet.nn.io.ModelFiles;
import linnet.nn.lora.AdapterFiles;

/**
 * Models by their names, in the cache and on the server. What the cache has whole is used as it is, without
 * asking anyone, so that a name means the same model until it is pulled again.
 *
 * {@snippet :
 * var hub = new Hub(HubSettings.ofProcess());
 * var model = hub.get(ModelName.parse("HuggingFaceTB/SmolLM2-135M-Instruct"), event -> { });
 * try (var chat = ChatModel.load(model.path(), weights)) {
 *   …
 * }
 * }
 */
public final class Hub {
  private final HubSettings settings;
  private final Pauses pauses;

  /**
   * A hub.
   *
   * @param settings where models come from and where they are kept
   */
  public Hub(HubSettings settings) {
    this(settings, Pauses.REAL);
  }

  Hub(HubSettings settings, Pauses pauses) {
    this.settings = settings;
    this.pauses = pauses;
  }

  /**
   * Looks into the cache alone.
   *
   * @param name the model
   * @return the model, or empty where files of it are missing
   */
  public Optional<PulledModel> find(ModelName name) {
    return CachedModel.find(new HubCache(settings, name), name, Part.MODEL).filter(CachedModel::isComplete)
        .map(cached -> cached.as(name));
  }

  /**
   * A model, from the cache if it is there and from the server if not.
   *
   * @param name the model
   * @param events is told what happens
   * @return where it lies
   * @throws HubException if it cannot be had
   * @throws java.io.UncheckedIOException if the cache cannot be written
   */
  public PulledModel get(ModelName name, Consumer<PullEvent> events) {
    return get(name, Part.MODEL, events);
  }

  /**
   * A part of a model, from the cache if it is there and from the server if not.
   *
   * @param name the model
   * @param part what of it is wanted
   * @param events is told what happens
   * @return where it lies
   * @throws HubException if it cannot be had
   * @throws java.io.UncheckedIOException if the cache cannot be written
   */
  public PulledModel get(ModelName name, Part part, Consumer<PullEvent> events) {
    var cached = CachedModel.find(new HubCache(settings, name), name, part);
    if (cached.isPresent() && cached.get().isComplete()
        && (cached.get().isSettled() || settings.isOffline())) {
      return cached.get().as(name);
    }
    try {
      return pull(name, part, events);
    } catch (HubUnreachableException unreachable) {
      if (cached.isPresent() && cached.get().isComplete()) {
        events.accept(new PullEvent.Notice(unreachable.getMessage() + "; using what is in the cache"));
        return cached.get().as(name);
      }
      throw withoutServer(unreachable, name, cached);
    }
  }

  /** Says what there is to do where no server answers. */
  private HubUnreachableException withoutServer(HubUnreachableException unreachable, ModelName name,
      Optional<CachedModel> cached) {
    return new HubUnreachableException(unreachable.getMessage() + "; " + (cached.filter(CachedModel::isComplete)
        .isPresent() ? "the cache " + settings.cache() + " has a version of " + name + ", which all other commands use"
        : "the cache " + settings.cache() + (cached.isPresent() ? " lacks " + RepoFiles.shown(cached.get().missing())
        + " of " : " does not have ") + name + " either: it takes a connection, a proxy (HTTPS_PROXY)"
        + " or a mirror (HF_ENDPOINT)"));
  }

  /**
   * Brings the newest version that the server has of a revision into the cache.
   *
   * @param name the model
   * @param events is told what happens
   * @return where it lies
   * @throws HubException if it cannot be had; of a download that broke off, what came is kept for the
   *     next pull
   * @throws java.io.UncheckedIOException if the cache cannot be written
   */
  public PulledModel pull(ModelName name, Consumer<PullEvent> events) {
    try {
      return pull(name, Part.MODEL, events);
    } catch (HubUnreachableException unreachable) {
      throw withoutServer(unreachable, name, CachedModel.find(new HubCache(settings, name), name, Part.MODEL));
    }
  }

  private PulledModel pull(ModelName name, Part part, Consumer<PullEvent> events) {
    var cache = new HubCache(settings, name);
    if (settings.isOffline()) {
      return requireComplete(name, CachedModel.find(cache, name, part)).as(name);
    }
    var unchanging = name.revision().filter(ModelName::isCommit).flatMap(_ -> CachedModel.find(cache, name, part))
        .filter(cached -> cached.isComplete() && cached.isSettled());
    if (unchanging.isPresent()) {
      return unchanging.get().as(name);
    }
    try (var http = new HubHttp(settings, pauses, text -> events.accept(new PullEvent.Notice(text)))) {
      return new Pull(settings, http, cache, name, part, pauses, events).run().as(name);
    }
  }

  private CachedModel requireComplete(ModelName name, Optional<CachedModel> cached) {
    var offline = "HF_HUB_OFFLINE is set, and the cache " + settings.cache();
    if (cached.isEmpty()) {
      throw new HubException(name + ": " + offline + " does not have "
          + (name.revision().isPresent() ? "this revision" : "it")
          + "; with a connection, unset HF_HUB_OFFLINE and pull it first");
    }
    if (!cached.get().isComplete()) {
      throw new HubException(name + ": " + offline + " lacks " + RepoFiles.shown(cached.get().missing())
          + " of commit " + cached.get().commit() + "; with a connection, unset HF_HUB_OFFLINE and pull it first");
    }
    return cached.get();
  }

  /**
   * The model that an adapter belongs to, where it is not given by a path that exists: one that is named, or
   * one that lay in a cache where the adapter was trained.
   *
   * @param adapter a folder in PEFT's layout; any other has no base
   * @return the base model's name
   * @throws linnet.nn.json.JsonException if the adapter's configuration is malformed
   */
  public static Optional<ModelName> base(Path adapter) {
    var config = adapter.resolve(ModelFiles.ADAPTER_CONFIG);
    if (!Files.isRegularFile(config)) {
      return Optional.empty();
    }
    return AdapterFiles.baseModel(adapter).filter(base -> !Files.exists(Path.of(base.nameOrPath())))
        .flatMap(base -> nameOf(Path.of(base.nameOrPath())).or(() -> ModelName.read(base.nameOrPath())
            .map(name -> base.revision().map(name::withRevision).orElse(name))));
  }

  /**
   * The base model that an adapter names, where it is here: at its path, or in the cache. Nothing is downloaded.
   *
   * @param adapter a folder in PEFT's layout
   * @return where it lies
   * @throws linnet.nn.json.JsonException if the adapter's configuration is malformed
   */
  public Optional<Path> findBase(Path adapter) {
    return AdapterFiles.baseModel(adapter).map(base -> Path.of(base.nameOrPath())).filter(Files::exists)
        .or(() -> base(adapter).flatMap(this::find).map(PulledModel::path));
  }

  /**
   * What a path in a cache is the model of, wherever the cache lies.
   *
   * @param path a snapshot, or a file in one
   * @return its name with the commit as revision, or empty where the path is any other
   */
  public static Optional<ModelName> nameOf(Path path) {
    return HubCache.nameOf(path.toAbsolutePath().normalize());
  }
}
