package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** The parameters of a built-in function or filter and how a call's arguments meet them. */
final class Signature {
  private final List<String> names = new ArrayList<>();
  private final List<Value> defaults = new ArrayList<>();
  private final boolean keywords;
  private int required;

  private Signature(boolean keywords) {
    this.keywords = keywords;
  }

  /** Parameters that may be given by name too. */
  static Signature of(String... required) {
    return new Signature(true).require(required);
  }

  /** Parameters that can only be given by place, as most methods of {@code str} take them. */
  static Signature positional(String... required) {
    return new Signature(false).require(required);
  }

  private Signature require(String... required) {
    for (var name : required) {
      names.add(name);
      defaults.add(null);
      this.required++;
    }
    return this;
  }

  /** Adds a parameter that may be left out. */
  Signature or(String name, Value value) {
    names.add(name);
    defaults.add(value);
    return this;
  }

  /**
   * The value of each parameter.
   *
   * @throws TemplateException for too many, missing, doubled or unknown arguments
   */
  List<Value> bind(String function, Args args) {
    var given = args.positional().size();
    if (given > names.size()) {
      throw TemplateException.type(function + "() takes " + (required == names.size() ? "" : "at most ")
          + names.size() + " argument" + (names.size() == 1 ? "" : "s") + " (" + given + " given)");
    }
    var unknown = new LinkedHashSet<>(args.named().keySet());
    var values = new ArrayList<Value>(names.size());
    for (var i = 0; i < names.size(); i++) {
      var name = names.get(i);
      var named = keywords ? args.named().get(name) : null;
      if (i < given && named != null) {
        throw TemplateException.type(function + "() got multiple values for argument '" + name + "'");
      }
      var value = i < given ? args.positional().get(i) : named != null ? named : defaults.get(i);
      if (value == null) {
        throw TemplateException.type(function + "() missing 1 required positional argument: '" + name + "'");
      }
      values.add(value);
      unknown.remove(keywords ? name : null);
    }
    if (!unknown.isEmpty()) {
      throw TemplateException.type(keywords
          ? function + "() got an unexpected keyword argument '" + unknown.getFirst() + "'"
          : function + "() takes no keyword arguments");
    }
    return values;
  }
}
