package linnet.nn;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Reads and rebuilds records by reflection, with errors that say what to change. */
final class RecordComponents {
  private static final ClassValue<RecordComponents> KNOWN = new ClassValue<>() {
    @Override
    protected RecordComponents computeValue(Class<?> type) {
      return new RecordComponents(type);
    }
  };

  private final Class<?> type;
  private final RecordComponent[] components;
  private final String[] keys;
  private final Constructor<?> constructor;

  private RecordComponents(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getName() + " is a Module but not a record: modules are"
          + " records, so that their parameters can be listed and replaced");
    }
    this.type = type;
    this.components = type.getRecordComponents();
    this.keys = Arrays.stream(components).map(RecordComponents::keyOf).toArray(String[]::new);
    try {
      this.constructor = open(type.getDeclaredConstructor(
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new)));
    } catch (NoSuchMethodException impossible) {
      throw new AssertionError("a record has a canonical constructor: " + type, impossible);
    }
    for (var component : components) {
      open(component.getAccessor());
    }
  }

  static RecordComponents of(Module module) {
    return KNOWN.get(module.getClass());
  }

  int count() {
    return components.length;
  }

  /** The step of component {@code i} of a module in checkpoint keys. */
  String key(Module module, int i) {
    return module.names().step(components[i].getName(), keys[i]);
  }

  Object get(Module module, int i) {
    try {
      return components[i].getAccessor().invoke(module);
    } catch (IllegalAccessException closed) {
      throw closedPackage(closed);
    } catch (InvocationTargetException failed) {
      throw rethrown(failed);
    }
  }

  Module create(String path, Object[] values) {
    for (int i = 0; i < values.length; i++) {
      var wanted = components[i].getType();
      if (!wanted.isPrimitive() && values[i] != null && !wanted.isInstance(values[i])) {
        throw new IllegalArgumentException((path.isEmpty() ? "the model" : path) + ": component "
            + components[i].getName() + " of " + type.getSimpleName() + " takes a " + wanted.getSimpleName()
            + ", not a " + values[i].getClass().getSimpleName());
      }
    }
    try {
      return (Module) constructor.newInstance(values);
    } catch (IllegalAccessException closed) {
      throw closedPackage(closed);
    } catch (InstantiationException impossible) {
      throw new AssertionError("a record is not abstract: " + type, impossible);
    } catch (InvocationTargetException failed) {
      throw rethrown(failed);
    }
  }

  private <T extends AccessibleObject> T open(T member) {
    if (!member.trySetAccessible()) {
      throw closedPackage(null);
    }
    return member;
  }

  private IllegalStateException closedPackage(Throwable cause) {
    var module = type.getModule();
    return new IllegalStateException(type.getName() + " is a record of a package that linnet.nn cannot"
        + " reach: add\n    opens " + type.getPackageName() + " to linnet.nn;\nto the module-info.java of "
        + (module.isNamed() ? module.getName() : "its module"), cause);
  }

  private static RuntimeException rethrown(InvocationTargetException failed) {
    return switch (failed.getCause()) {
      case RuntimeException cause -> cause;
      case Error cause -> throw cause;
      default -> new IllegalStateException(failed.getCause());
    };
  }

  private static String keyOf(RecordComponent component) {
    var key = component.getAnnotation(Key.class);
    return key != null ? key.value() : snakeCase(component.getName());
  }

  /** {@code selfAttn} becomes {@code self_attn}. */
  private static String snakeCase(String name) {
    var text = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isUpperCase(c)) {
        text.append('_').append(Character.toLowerCase(c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
