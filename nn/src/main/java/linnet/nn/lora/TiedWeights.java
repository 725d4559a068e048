package linnet.nn.lora;

import java.util.Optional;
import linnet.nn.Embedding;
import linnet.nn.FrozenParam;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.OutputHead;

/**
 * An embedding and an output head that are one parameter.
 *
 * @param embedding the embedding's path
 * @param head the head's path
 */
record TiedWeights(String embedding, String head) {
  /** The tie of a model, if it has one. */
  static Optional<TiedWeights> of(Module model) {
    for (var head : Modules.find(model, OutputHead.class).entrySet()) {
      for (var table : Modules.find(model, Embedding.class).entrySet()) {
        if (table.getValue().weight() == head.getValue().weight()) {
          return Optional.of(new TiedWeights(table.getKey(), head.getKey()));
        }
      }
    }
    return Optional.empty();
  }

  /** The model with a head of its own, which still reads the embedding's tensor. */
  <M extends Module> M cut(M model) {
    return Modules.mapModules(model, (path, module) -> path.equals(head) && module instanceof OutputHead own
        ? new OutputHead(new FrozenParam(path + ".weight", own.weight().value()), own.bias(), own.softCap(),
            own.adapter())
        : module);
  }
}
