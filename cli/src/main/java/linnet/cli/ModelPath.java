package linnet.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.io.GgufAdapter;
import linnet.nn.lora.AdapterFiles;
import linnet.sft.ChatModel;
import linnet.sft.hub.Hub;
import linnet.sft.hub.HubException;
import linnet.sft.hub.HubSettings;
import linnet.sft.hub.ModelName;
import linnet.sft.hub.Part;

/** Where a model lies that was given as a path or as a name on the Hub; what exists as a path is one. */
final class ModelPath {
  private ModelPath() {}

  /**
   * Resolves what an option names, and downloads it if need be.
   *
   * @param option for messages
   * @param given the option's value
   * @param output where a download is shown
   * @return a path that exists
   */
  static Path resolve(String option, Path given, Output output) {
    return resolve(option, given, Part.MODEL, output);
  }

  /** The same for a command that reads only a part of a model. */
  static Path resolve(String option, Path given, Part part, Output output) {
    if (Files.exists(given)) {
      return given;
    }
    try {
      return resolve(ModelName.parse(text(given)), part, output);
    } catch (HubException failed) {
      throw new UserException(missing(option, given) + (isMeantAsName(given)
          ? "; as a model on the Hub: " + failed.getMessage()
          : ", and a model on the Hub is named as org/model or org/model@revision"));
    }
  }

  /** Resolves what an option names, and requires an adapter. */
  static Path adapter(String option, Path given, Output output) {
    var path = resolve(option, given, output);
    if (!ChatModel.isAdapter(path)) {
      throw new UserException(option + ": found " + given + ", which " + (GgufAdapter.read(path).isPresent()
          ? "is an adapter in GGUF, for llama.cpp and Ollama; name the folder in PEFT's layout that it was made of"
          : "holds no adapter_config.json; name the folder of an adapter"));
    }
    return path;
  }

  /** Says that there is nothing at a path. */
  static String missing(String option, Path given) {
    return option + ": " + given + ": there is no such file or folder";
  }

  /** Whether there is something at a path, or it is a name that the Hub may know. */
  static boolean mayBeHad(Path given) {
    return Files.exists(given) || name(given).filter(name -> name.repo().contains("/")
        || new Hub(HubSettings.ofProcess()).find(name).isPresent()).isPresent();
  }

  private static Optional<ModelName> name(Path given) {
    return ModelName.read(text(given));
  }

  /** Whether it is a name, or one of a file that cannot be had by itself, such as a later part of a model. */
  private static boolean isMeantAsName(Path given) {
    var text = text(given);
    int file = text.indexOf('/', text.indexOf('/') + 1);
    return name(given).isPresent()
        || file > 0 && text.endsWith(".gguf") && ModelName.read(text.substring(0, file)).isPresent();
  }

  private static String text(Path given) {
    return given.toString().replace(File.separatorChar, '/');
  }

  static void requireExists(String option, Path path) {
    if (!Files.exists(path)) {
      throw new UserException(missing(option, path));
    }
  }

  /** Resolves the base model that an adapter names, and downloads it if need be. */
  static Path base(Path adapter, Output output) {
    return base(adapter, Part.MODEL, output);
  }

  /** The same for a command that reads only a part of it. */
  static Path base(Path adapter, Part part, Output output) {
    var onHub = Hub.base(adapter);
    return onHub.isPresent() ? base(adapter, onHub.get(), part, output) : ChatModel.baseOf(adapter);
  }

  private static Path base(Path adapter, ModelName base, Part part, Output output) {
    try {
      return resolve(base, part, output);
    } catch (HubException failed) {
      throw new UserException(adapter.resolve(AdapterFiles.CONFIG) + ": base_model_name_or_path: found \""
          + base.repo() + "\", which does not exist here; as a model on the Hub: " + failed.getMessage()
          + "; or give the base model and the adapter apart");
    }
  }

  private static Path resolve(ModelName name, Part part, Output output) {
    var hub = new Hub(HubSettings.ofProcess());
    if (!name.repo().contains("/")) {
      // Most likely a path that was mistyped, which is nobody else's business.
      return hub.find(name).orElseThrow(() -> new HubException(name
          + ": not in the cache, and names without an org/ are asked for by linnet pull alone")).path();
    }
    try (var progress = new PullProgress(output)) {
      return hub.get(name, part, progress).path();
    }
  }
}
