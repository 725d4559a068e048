package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** A macro with the scope that it was defined in. */
final class Macro implements Callable {
  private static final String CALLER = "caller";

  private final Interpreter interpreter;
  private final Stmt.MacroBody definition;
  private final Scope outer;

  Macro(Interpreter interpreter, Stmt.MacroBody definition, Scope outer) {
    this.interpreter = interpreter;
    this.definition = definition;
    this.outer = outer;
  }

  String name() {
    return definition.name();
  }

  /** An attribute, or null where there is none of that name. */
  Value attribute(String name) {
    return switch (name) {
      case "name" -> Str.of(name());
      case "arguments" -> new TupleValue(
          definition.parameters().stream().<Value>map(parameter -> Str.of(parameter.name())).toList());
      case "catch_kwargs" -> Bool.of(definition.uses().contains("kwargs"));
      case "catch_varargs" -> Bool.of(definition.uses().contains("varargs"));
      case CALLER -> Bool.of(definition.uses().contains(CALLER));
      default -> null;
    };
  }

  @Override
  public Value call(Args args) {
    var scope = new Scope(outer);
    var named = new LinkedHashMap<>(args.named());
    var parameters = definition.parameters();
    var explicitCaller = false;
    for (var i = 0; i < parameters.size(); i++) {
      var parameter = parameters.get(i);
      explicitCaller |= parameter.name().equals(CALLER);
      var value = i < args.positional().size() ? args.positional().get(i) : named.remove(parameter.name());
      scope.set(parameter.name(), value != null ? value : parameter.otherwise() != null
          ? interpreter.evaluate(parameter.otherwise(), scope)
          : Undefined.hint("parameter " + PythonText.repr(parameter.name()) + " was not provided"));
    }
    if (definition.uses().contains(CALLER) && !explicitCaller) {
      var caller = named.remove(CALLER);
      scope.set(CALLER, caller != null ? caller : Undefined.hint("No caller defined"));
    }
    rest(scope, args, named);
    return interpreter.capture(definition.body(), scope);
  }

  private void rest(Scope scope, Args args, Map<String, Value> named) {
    var count = definition.parameters().size();
    if (definition.uses().contains("kwargs")) {
      scope.set("kwargs", DictValue.of(named));
    } else if (!named.isEmpty()) {
      var first = named.keySet().iterator().next();
      throw TemplateException.type(named.containsKey(CALLER)
          ? "macro " + PythonText.repr(name())
          + " was invoked with two values for the special caller argument."
              + " This is most likely a bug."
          : "macro " + PythonText.repr(name()) + " takes no keyword argument " + PythonText.repr(first));
    }
    var positional = args.positional();
    if (definition.uses().contains("varargs")) {
      scope.set("varargs", new TupleValue(new ArrayList<>(
          positional.subList(Math.min(count, positional.size()), positional.size()))));
    } else if (positional.size() > count) {
      throw TemplateException.type("macro " + PythonText.repr(name()) + " takes not more than " + count
          + " argument(s)");
    }
  }

  @Override
  public String typeName() {
    return "Macro";
  }
}
