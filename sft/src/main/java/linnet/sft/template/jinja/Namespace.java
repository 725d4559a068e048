package linnet.sft.template.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one thing a template can change from within a loop: {@code set ns.found = true}. */
final class Namespace implements Value {
  private final Map<Value, Value> attributes = new LinkedHashMap<>();

  Namespace(Map<Value, Value> initial) {
    initial.forEach(this::set);
  }

  void set(Value name, Value value) {
    if (name instanceof Str s && s.text().startsWith("_")) {
      throw new TemplateException(ErrorKind.SECURITY,
          "Chat templates cannot store underscore-prefixed attributes on"
          + " a namespace, but got " + PythonText.repr(s.text()) + ". Please rename the attribute.");
    }
    attributes.put(name, value);
  }

  Value get(String name) {
    return attributes.get(Str.of(name));
  }

  Map<Value, Value> attributes() {
    return attributes;
  }

  @Override
  public String typeName() {
    return "TemplateNamespace";
  }

  @Override
  public boolean truth() {
    return true;
  }
}
