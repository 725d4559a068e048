package linnet.nn.lora;

import java.util.Optional;
import java.util.Set;
import linnet.nn.Embedding;
import linnet.nn.Linear;
import linnet.nn.LoraEmbedding;
import linnet.nn.LoraLinear;
import linnet.nn.LowRank;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.OutputHead;
import linnet.nn.WeightLayout;

/** Builds the tree of a model with adapters; what gets none is shared with the model. */
final class AdaptedTree {
  private AdaptedTree() {}

  /** Whether a model has adapters. */
  static boolean isAdapted(Module model) {
    return !Modules.find(model, LowRank.class).isEmpty()
        || !Modules.find(model, LoraEmbedding.class).isEmpty();
  }

  /**
   * Requires a model without adapters.
   *
   * @throws IllegalArgumentException if it has some
   */
  static void requirePlain(Module model) {
    if (isAdapted(model)) {
      throw new IllegalArgumentException("the model has adapters already: merge them, or start from the base"
          + " model");
    }
  }

  /**
   * The model that the configuration's copies and adapters go into: with a head of its own, where one of
   * embedding and head is to train in full without the other.
   */
  static <M extends Module> M prepared(M model, AdapterPlaces places) {
    return TiedWeights.of(model)
        .filter(tie -> places.tie().isEmpty()
            && (isWithin(places.saved(), tie.embedding()) || isWithin(places.saved(), tie.head())))
        .map(tie -> tie.cut(model)).orElse(model);
  }

  /** A {@linkplain #prepared prepared} model with its adapters. */
  static <M extends Module> M build(M prepared, AdapterPlaces places, AdapterSource source) {
    var copied = Modules.mapParams(prepared,
        (key, param) -> isWithin(places.saved(), key) ? source.copy(key, param) : param);
    var adapted = Modules.mapModules(copied, (path, module) ->
        places.adapted().containsKey(path) && !isTiedHead(places, path)
            ? withAdapter(path, module, source) : module);
    return places.tie().filter(tie -> places.adapted().containsKey(tie.head()))
        .map(tie -> withTiedHead(adapted, tie, source)).orElse(adapted);
  }

  private static boolean isTiedHead(AdapterPlaces places, String path) {
    return places.tie().filter(tie -> tie.head().equals(path)).isPresent();
  }

  private static Module withAdapter(String path, Module module, AdapterSource source) {
    return switch (module) {
      case Linear linear -> {
        var made = source.linear(path, linear.weight(), linear.layout());
        yield new LoraLinear(new Linear(made.weight(), linear.bias(), linear.layout()), made.adapter());
      }
      case Embedding table -> table.with(source.embedding(path, table));
      case OutputHead head -> {
        var made = source.linear(path, head.weight(), WeightLayout.OUT_IN);
        yield new OutputHead(made.weight(), head.bias(), head.softCap(), Optional.of(made.adapter()));
      }
      default -> module; // a part at the same path
    };
  }

  private static <M extends Module> M withTiedHead(M model, TiedWeights tie, AdapterSource source) {
    var table = Modules.find(model, LoraEmbedding.class).get(tie.embedding());
    return Modules.mapModules(model, (path, module) ->
        path.equals(tie.head()) && module instanceof OutputHead head
            ? new OutputHead(head.weight(), head.bias(), head.softCap(),
                Optional.of(source.tied(path, head, table)))
            : module);
  }

  /** Whether a path is one of {@code outer} or lies within it. */
  static boolean isWithin(Set<String> outer, String path) {
    for (int end = path.length(); end > 0; end = path.lastIndexOf('.', end - 1)) {
      if (outer.contains(path.substring(0, end))) {
        return true;
      }
    }
    return false;
  }
}
