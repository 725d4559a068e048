package linnet.nn.lora;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import linnet.nn.Embedding;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.OutputHead;
import linnet.nn.model.Weights;

/**
 * What a configuration means in one model, by PEFT's rules (0.21).
 *
 * @param adapted the modules that get adapters, by path
 * @param saved the modules that train in full
 * @param tie of embedding and head, if the model has one and the configuration keeps it
 */
record AdapterPlaces(SequencedMap<String, Module> adapted, SequencedSet<String> saved,
    Optional<TiedWeights> tie) {
  /** PEFT looks for the names of embeddings and heads among these. */
  static final Set<String> EMBEDDING_NAMES = Set.of("embed_tokens", "lm_head");

  /**
   * Finds the places.
   *
   * @throws IllegalArgumentException if the targets include what can carry no adapter, what trains in full, or
   *     what adapters cannot begin from as configured; or nothing is a target, or the model has adapters already
   */
  static AdapterPlaces of(Module model, LoraConfig config) {
    AdaptedTree.requirePlain(model);
    var modules = modules(model);
    var adapted = new LinkedHashMap<String, Module>();
    var saved = new LinkedHashSet<String>();
    modules.forEach((path, module) -> {
      if (config.modulesToSave().stream().anyMatch(path::endsWith)) {
        saved.add(path);
      }
      if (isTarget(config, path, module) && !isExcluded(config, path)) {
        adapted.put(path, module.filter(AdapterPlaces::carriesAdapter).orElseThrow(() ->
            new IllegalArgumentException("target_modules: found " + path + ", which is "
                + module.map(m -> "a " + m.getClass().getSimpleName()).orElse("a list")
                + " and can carry no adapter; expected projections, embeddings or the output head: "
                + String.join(", ", names(model)))));
      }
    });
    var tie = config.keepTied() && namesEmbedding(config)
        ? TiedWeights.of(model) : Optional.<TiedWeights>empty();
    tie.ifPresent(t -> completeTie(t, modules, adapted, saved));
    requireApart(modules, adapted.sequencedKeySet(), saved);
    if (adapted.isEmpty()) {
      requireSome(model, config);
    }
    if (config.init() == LoraInit.PISSA) {
      Pissa.requireDecomposable(adapted, config);
    }
    return new AdapterPlaces(adapted, saved, tie);
  }

  /** All modules by path, lists of them included, as PyTorch names them. */
  static SequencedMap<String, Optional<Module>> modules(Module model) {
    var found = Modules.find(model, Module.class);
    var modules = new LinkedHashMap<String, Optional<Module>>();
    found.forEach((path, module) -> {
      for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
        var outer = path.substring(0, dot);
        modules.putIfAbsent(outer, Optional.ofNullable(found.get(outer)));
      }
      if (!path.isEmpty()) {
        modules.put(path, Optional.of(module));
      }
    });
    return modules;
  }

  private static boolean carriesAdapter(Module module) {
    return module instanceof Linear || module instanceof Embedding || module instanceof OutputHead;
  }

  private static boolean isTarget(LoraConfig config, String path, Optional<Module> module) {
    return isNamed(config, path, module) && (!(config.targets() instanceof LoraTargets.Names named)
        || named.names().contains(path) || config.layers().map(layers -> layers.includes(path)).orElse(true));
  }

  /** Whether the targets stand for a module, whatever its layer. */
  private static boolean isNamed(LoraConfig config, String path, Optional<Module> module) {
    return switch (config.targets()) {
      case LoraTargets.AllLinear every -> module.filter(Linear.class::isInstance).isPresent();
      case LoraTargets.Matching matching -> matching.includes(path);
      case LoraTargets.Names named -> named.includes(path);
    };
  }

  private static boolean isExcluded(LoraConfig config, String path) {
    boolean named = config.excluded().map(excluded -> switch (excluded) {
      case LoraTargets.AllLinear every -> false; // a configuration refuses it
      case LoraTargets.Matching matching -> matching.includes(path);
      case LoraTargets.Names names -> names.includes(path);
    }).orElse(false);
    return named
        || config.modulesToSave().stream().anyMatch(name -> PythonRegex.matchesStart(within(name), path));
  }

  /** What lies within a module that trains in full gets no adapter; PEFT reads the name as an expression. */
  static String within(String name) {
    return "(^|.*\\.)" + name + "($|\\..*)";
  }

  /** Whether PEFT sees embedding or head among the names, which is when it ties them. */
  private static boolean namesEmbedding(LoraConfig config) {
    return config.modulesToSave().stream().anyMatch(name -> EMBEDDING_NAMES.contains(lastStep(name)))
        || switch (config.targets()) {
          case LoraTargets.AllLinear every -> false;
          case LoraTargets.Names names ->
              names.names().stream().anyMatch(name -> EMBEDDING_NAMES.contains(lastStep(name)));
          case LoraTargets.Matching matching -> EMBEDDING_NAMES.stream().anyMatch(matching::includes);
        };
  }

  private static void completeTie(TiedWeights tie, SequencedMap<String, Optional<Module>> modules,
      SequencedMap<String, Module> adapted, Set<String> saved) {
    var both = List.of(tie.embedding(), tie.head());
    if (both.stream().anyMatch(saved::contains)) {
      saved.addAll(both);
      both.forEach(adapted::remove);
    } else if (both.stream().anyMatch(adapted::containsKey)) {
      both.forEach(path -> adapted.put(path, modules.get(path).orElseThrow()));
    }
  }

  private static void requireApart(SequencedMap<String, Optional<Module>> modules,
      SequencedSet<String> adapted, SequencedSet<String> saved) {
    for (var path : saved) {
      if (modules.get(path).isEmpty()) {
        throw new IllegalArgumentException("modules_to_save: found " + path
            + ", which is a list; expected a module in it");
      }
      var inner = new ArrayList<>(adapted);
      inner.addAll(saved);
      inner.removeIf(other ->
          !other.startsWith(path + ".") && !(other.equals(path) && adapted.contains(path)));
      if (!inner.isEmpty()) {
        throw new IllegalArgumentException("modules_to_save: found " + path + ", in which " + inner.getFirst()
            + (saved.contains(inner.getFirst()) ? " is to be saved as well" : " gets an adapter")
            + "; name one of them");
      }
    }
  }

  /** Says which part of a configuration leaves nothing to adapt. */
  private static void requireSome(Module model, LoraConfig config) {
    var targets = targets(model, config);
    requireNone("target_modules", targets.isEmpty() ? listed(config.targets()) : List.of(), names(model));
    config.layers().ifPresent(choice -> choice.requireSome(targets));
    throw new IllegalArgumentException("exclude_modules: found " + Weights.listed(Stream.concat(
        config.excluded().stream().flatMap(excluded -> listed(excluded).stream()),
        config.modulesToSave().stream().map(name -> name + " of modules_to_save")).toList())
        + ", which leaves none of the target_modules " + Weights.listed(listed(config.targets()))
        + "; expected some of them to be left");
  }

  /** What is named, whatever its layer. */
  private static List<String> targets(Module model, LoraConfig config) {
    return modules(model).entrySet().stream().filter(entry -> isNamed(config, entry.getKey(), entry.getValue()))
        .map(Map.Entry::getKey).toList();
  }

  private static List<String> listed(LoraTargets targets) {
    return switch (targets) {
      case LoraTargets.AllLinear every -> List.of("all-linear");
      case LoraTargets.Matching matching -> List.of(matching.regex());
      case LoraTargets.Names names -> names.names();
    };
  }

  /** The last steps of the paths of what can carry an adapter, which is what targets are usually named by. */
  static List<String> names(Module model) {
    return lastSteps(modules(model).entrySet().stream()
        .filter(entry -> entry.getValue().filter(AdapterPlaces::carriesAdapter).isPresent())
        .map(Map.Entry::getKey).toList());
  }

  static List<String> lastSteps(Collection<String> paths) {
    return List.copyOf(paths.stream().map(AdapterPlaces::lastStep)
        .filter(step -> !step.chars().allMatch(Character::isDigit))
        .collect(Collectors.toCollection(TreeSet::new)));
  }

  private static String lastStep(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /**
   * Refuses what a new adapter's configuration says in vain: names, layers and patterns that stand for
   * nothing.
   *
   * @throws IllegalArgumentException if there is such a thing; the message says what exists
   */
  void requireAllUsed(Module model, LoraConfig config) {
    var paths = modules(model).sequencedKeySet();
    if (config.targets() instanceof LoraTargets.Names named) {
      requireNone("target_modules", unused(named, paths), names(model));
    }
    if (config.excluded().orElse(null) instanceof LoraTargets.Names named) {
      requireNone("exclude_modules", unused(named, paths), lastSteps(paths));
    }
    requireNone("modules_to_save", config.modulesToSave().stream()
        .filter(name -> saved.stream().noneMatch(path -> path.endsWith(name))).toList(), lastSteps(paths));
    config.layers().ifPresent(choice -> choice.requireAll(adapted.keySet(), targets(model, config)));
    requireUsed("rank_pattern", config.rankPattern().keySet());
    requireUsed("alpha_pattern", config.alphaPattern().keySet());
  }

  private static List<String> unused(LoraTargets.Names named, Collection<String> paths) {
    return named.names().stream().filter(name -> paths.stream()
        .noneMatch(path -> LoraTargets.Names.matches(name, path))).toList();
  }

  private void requireUsed(String what, Collection<String> patterns) {
    requireNone(what, patterns.stream().filter(pattern -> adapted.keySet().stream()
        .noneMatch(path -> PythonRegex.matchesStart("(.*\\.)?(" + pattern + ")$", path))).toList(),
        lastSteps(adapted.keySet()));
  }

  static void requireNone(String what, List<String> unused, List<String> exist) {
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException(what + ": found " + Weights.listed(unused)
          + ", which stands for nothing in this model; expected some of " + String.join(", ", exist));
    }
  }
}
