package linnet.nn.lora;

import java.util.ArrayList;
import java.util.List;
import linnet.nn.Embedding;
import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.OutputHead;
import linnet.nn.Param;
import linnet.nn.TrainableParam;

/** The keys of PEFT's {@code adapter_model.safetensors}. */
final class AdapterKeys {
  private AdapterKeys() {}

  static String of(String key) {
    return AdapterTensor.PREFIX + key;
  }

  static String loraA(String path) {
    return new AdapterTensor(path, false).a();
  }

  static String loraB(String path) {
    return new AdapterTensor(path, false).b();
  }

  static String embeddingA(String path) {
    return new AdapterTensor(path, true).a();
  }

  static String embeddingB(String path) {
    return new AdapterTensor(path, true).b();
  }

  static String magnitude(String path) {
    return of(path + ".lora_magnitude_vector");
  }

  static String baseWeight(String path) {
    return of(path + AdapterTensor.BASE + "weight");
  }

  /** A base parameter that is stored with an adapter. */
  record BaseParam(String key, Param param, Module owner) {}

  /** What may be stored of the embeddings and heads that carry adapters. */
  static List<BaseParam> base(Module model, AdapterPlaces places) {
    var found = new ArrayList<BaseParam>();
    var modules = Modules.find(model, Module.class);
    places.adapted().keySet().forEach(path -> found.addAll(base(modules.get(path), path)));
    return found;
  }

  /** What may be stored of a module at a path. */
  static List<BaseParam> base(Module module, String path) {
    return switch (module) {
      case Embedding table -> List.of(new BaseParam(baseWeight(path), table.weight(), table));
      case OutputHead head -> {
        var found = new ArrayList<BaseParam>();
        found.add(new BaseParam(baseWeight(path), head.weight(), head));
        head.bias().ifPresent(bias ->
            found.add(new BaseParam(of(path + AdapterTensor.BASE + "bias"), bias, head)));
        yield found;
      }
      default -> List.of();
    };
  }

  /**
   * The keys that an adapter of a model has, but for base parameters.
   *
   * @param prepared see {@link AdaptedTree#prepared}
   */
  static List<String> expected(Module prepared, AdapterPlaces places, LoraConfig config) {
    var keys = new ArrayList<String>();
    places.adapted().forEach((path, module) -> {
      boolean table = module instanceof Embedding;
      keys.add(table ? embeddingA(path) : loraA(path));
      keys.add(table ? embeddingB(path) : loraB(path));
      if (config.decomposed()) {
        keys.add(magnitude(path));
      }
    });
    Modules.parameters(prepared).keySet().stream()
        .filter(key -> AdaptedTree.isWithin(places.saved(), key)).forEach(key -> keys.add(of(key)));
    places.tie().filter(tie -> places.saved().contains(tie.head()))
        .ifPresent(tie -> keys.add(of(tie.head() + ".weight")));
    return keys;
  }

  /** The parameters of a model with adapters that train in full, by their keys in the model. */
  static List<Modules.Place> saved(Module model) {
    return Modules.places(model).stream().filter(place -> place.param() instanceof TrainableParam
        && !(place.owner() instanceof LowRank) && !(place.owner() instanceof LoraEmbedding)).toList();
  }
}
