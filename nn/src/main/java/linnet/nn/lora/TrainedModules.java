package linnet.nn.lora;

import java.util.LinkedHashSet;
import java.util.List;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.tensor.Scope;

/** Training some modules of a model in full while the others stay as they are. */
public final class TrainedModules {
  private TrainedModules() {}

  /**
   * The model with copies that train of all parameters in the chosen modules. What is tied stays one: it
   * trains where either place is chosen.
   *
   * @param which the modules: ends of their paths, or a regular expression over them
   * @param training where the copies live, in F32 (F64 for an F64 model)
   * @throws IllegalArgumentException if a name or expression stands for nothing; the message lists what
   *     exists
   */
  public static <M extends Module> M of(M model, LoraTargets which, Scope training) {
    var modules = AdapterPlaces.modules(model).sequencedKeySet();
    var chosen = new LinkedHashSet<String>();
    switch (which) {
      case LoraTargets.AllLinear every -> chosen.addAll(Modules.find(model, Linear.class).sequencedKeySet());
      case LoraTargets.Names names -> {
        AdapterPlaces.requireNone("modules to train", names.names().stream().filter(name ->
            modules.stream().noneMatch(path -> LoraTargets.Names.matches(name, path))).toList(),
            AdapterPlaces.lastSteps(modules));
        modules.stream().filter(names::includes).forEach(chosen::add);
      }
      case LoraTargets.Matching matching -> {
        modules.stream().filter(matching::includes).forEach(chosen::add);
        AdapterPlaces.requireNone("modules to train",
            chosen.isEmpty() ? List.of(matching.regex()) : List.of(), AdapterPlaces.lastSteps(modules));
      }
    }
    var tie = TiedWeights.of(model);
    return Modules.mapParams(model, (key, param) -> {
      boolean tied = tie.filter(t -> key.equals(t.embedding() + ".weight")
          && AdaptedTree.isWithin(chosen, t.head())).isPresent();
      return tied || AdaptedTree.isWithin(chosen, key) ? Lora.trainableCopy(key, param, training) : param;
    });
  }
}
