package linnet.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SequencedMap;
import java.util.function.BiFunction;

/**
 * Walks and rebuilds trees of {@link Module} records. What appears at several places is one thing: it is
 * listed once, under its first key, and replaced once.
 *
 * <p>Records of another module must be reachable: exported, or opened by {@code opens <package> to
 * linnet.nn;}; the error says which line is missing.
 */
public final class Modules {
  private Modules() {}

  /**
   * A parameter and where it stands.
   *
   * @param key its first key in the tree
   * @param param the parameter
   * @param owner the module that it is a component of
   */
  public record Place(String key, Param param, Module owner) {}

  /** The parameters by their checkpoint keys, in the order of the record components. */
  public static SequencedMap<String, Param> parameters(Module root) {
    var found = new LinkedHashMap<String, Param>();
    for (var place : places(root)) {
      found.put(place.key(), place.param());
    }
    return found;
  }

  /** The parameters that train, in the order of the record components. */
  public static List<TrainableParam> trainable(Module root) {
    return places(root).stream().map(Place::param)
        .filter(TrainableParam.class::isInstance).map(TrainableParam.class::cast).toList();
  }

  /** The parameters with the modules that own them, in the order of the record components. */
  public static List<Place> places(Module root) {
    var walk = new Walk();
    walk.visit("", root, null);
    return walk.places;
  }

  /** The modules of a type by their paths, outer ones first. */
  public static <M extends Module> SequencedMap<String, M> find(Module root, Class<M> type) {
    var walk = new Walk();
    walk.visit("", root, null);
    var found = new LinkedHashMap<String, M>();
    for (var module : walk.modules) {
      if (type.isInstance(module.module())) {
        found.putIfAbsent(module.path(), type.cast(module.module()));
      }
    }
    return found;
  }

  /**
   * The tree with every parameter replaced by what {@code change} makes of its key and itself.
   *
   * @return a new tree, rebuilt through the canonical constructors; parts in which nothing changed are shared
   */
  public static <M extends Module> M mapParams(M root, BiFunction<String, Param, Param> change) {
    return sameType(root, new Rebuild((path, module) -> module, change).rebuild("", root));
  }

  /**
   * The tree with every module, inner ones first, replaced by what {@code change} makes of its path and
   * itself.
   *
   * @return a new tree, rebuilt through the canonical constructors; parts in which nothing changed are shared
   * @throws IllegalArgumentException if a place does not take the type of module that it is given
   */
  public static <M extends Module> M mapModules(M root, BiFunction<String, Module, Module> change) {
    return sameType(root, new Rebuild(change, (key, param) -> param).rebuild("", root));
  }

  @SuppressWarnings("unchecked") // the class is that of root
  private static <M extends Module> M sameType(M root, Object rebuilt) {
    if (rebuilt.getClass() != root.getClass()) {
      throw new IllegalArgumentException("the root of a tree stays a " + root.getClass().getSimpleName()
          + ", found a " + rebuilt.getClass().getSimpleName());
    }
    return (M) rebuilt;
  }

  private static String join(String path, Object step) {
    String text = step.toString();
    return path.isEmpty() ? text : text.isEmpty() ? path : path + "." + text;
  }

  private record Located(String path, Module module) {}

  private static final class Walk {
    private final List<Place> places = new ArrayList<>();
    private final List<Located> modules = new ArrayList<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    void visit(String path, Object value, Module owner) {
      switch (value) {
        case Param param when seen.add(param) -> places.add(new Place(path, param, owner));
        case Module module when seen.add(module) -> {
          modules.add(new Located(path, module));
          var components = RecordComponents.of(module);
          for (int i = 0; i < components.count(); i++) {
            visit(join(path, components.key(module, i)), components.get(module, i), module);
          }
        }
        case List<?> list -> {
          for (int i = 0; i < list.size(); i++) {
            visit(join(path, i), list.get(i), owner);
          }
        }
        case Optional<?> optional when optional.isPresent() -> visit(path, optional.get(), owner);
        case null, default -> { } // an attribute, or seen before
      }
    }
  }

  private static final class Rebuild {
    private final BiFunction<String, Module, Module> modules;
    private final BiFunction<String, Param, Param> params;
    private final IdentityHashMap<Object, Object> done = new IdentityHashMap<>();

    Rebuild(BiFunction<String, Module, Module> modules, BiFunction<String, Param, Param> params) {
      this.modules = modules;
      this.params = params;
    }

    Object rebuild(String path, Object value) {
      var before = done.get(value);
      if (before != null) {
        return before;
      }
      return switch (value) {
        case Param param -> remember(param, params.apply(path, param));
        case Module module -> remember(module, modules.apply(path, withNewParts(path, module)));
        case List<?> list -> list(path, list);
        case Optional<?> optional when optional.isPresent() -> optional(path, optional);
        case null, default -> value;
      };
    }

    private Object remember(Object before, Object after) {
      done.put(before, after);
      return after;
    }

    private Module withNewParts(String path, Module module) {
      var components = RecordComponents.of(module);
      var values = new Object[components.count()];
      boolean changed = false;
      for (int i = 0; i < values.length; i++) {
        var old = components.get(module, i);
        values[i] = rebuild(join(path, components.key(module, i)), old);
        changed |= values[i] != old;
      }
      return changed ? components.create(path, values) : module;
    }

    private Object list(String path, List<?> list) {
      var rebuilt = new ArrayList<>(list.size());
      boolean changed = false;
      for (int i = 0; i < list.size(); i++) {
        rebuilt.add(rebuild(join(path, i), list.get(i)));
        changed |= rebuilt.get(i) != list.get(i);
      }
      return changed ? Collections.unmodifiableList(rebuilt) : list;
    }

    private Object optional(String path, Optional<?> optional) {
      var rebuilt = rebuild(path, optional.get());
      return rebuilt == optional.get() ? optional : Optional.of(rebuilt);
    }
  }
}
