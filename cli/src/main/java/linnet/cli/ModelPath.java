package linnet.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** The same for a command that reads no weights. */
  static Path resolveText(String option, Path given, Output output) {
    return resolve(option, given, Part.TEXT, output);
  }

  private static Path resolve(String option, Path given, Part part, Output output) {
    if (Files.exists(given)) {
      return given;
    }
    var text = given.toString().replace(File.separatorChar, '/');
    var missing = option + ": " + given + ": there is no such file or folder";
    var name = ModelName.read(text).orElseThrow(() -> new UserException(missing
        + ", and a model on the Hub is named as org/model or org/model@revision"));
    try {
      return resolve(name, part, output);
    } catch (HubException failed) {
      throw new UserException(missing + "; as a model on the Hub: " + failed.getMessage());
    }
  }

  /** Resolves the base model that an adapter names, and downloads it if need be. */
  static Path base(Path adapter, Output output) {
    var onHub = Hub.base(adapter);
    return onHub.isPresent() ? base(adapter, onHub.get(), output) : ChatModel.baseOf(adapter);
  }

  private static Path base(Path adapter, ModelName base, Output output) {
    try {
      return resolve(base, Part.MODEL, output);
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
