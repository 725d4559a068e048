package linnet.nn.lora;

import java.util.Optional;

/**
 * How an adapter's configuration names the model below it.
 *
 * @param nameOrPath a path, or a name on the Hub
 * @param revision a branch, a tag or a commit of that name, where it is not the main branch
 */
public record BaseModel(String nameOrPath, Optional<String> revision) {
  /** A model at a path. */
  public static BaseModel at(String path) {
    return new BaseModel(path, Optional.empty());
  }
}
