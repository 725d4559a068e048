package linnet.sft.template.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Python's {@code format.format(...)} and {@code format_map(...)}, with the sandbox's rules for attributes.
 */
final class BraceFormat {
  private static final int MAX_NESTED = 2;

  private final Budget budget;
  private final List<Value> positional;
  private final Map<String, Value> named;
  private int automatic;
  private boolean numbered;

  private BraceFormat(Budget budget, List<Value> positional, Map<String, Value> named) {
    this.budget = budget;
    this.positional = positional;
    this.named = named;
  }

  static Str format(Budget budget, Str format, List<Value> positional, Map<String, Value> named) {
    if (!format.isMarkup()) {
      return new BraceFormat(budget, positional, named).expand(format, MAX_NESTED);
    }
    var escaped = new LinkedHashMap<>(named);
    escaped.replaceAll((name, value) -> Markup.escaped(budget, value));
    return new BraceFormat(budget, positional.stream().map(value -> Markup.escaped(budget, value)).toList(),
        escaped).expand(format, MAX_NESTED).asMarkup();
  }

  private Str expand(Str format, int levels) {
    if (levels == 0) {
      throw TemplateException.value("Max string recursion exceeded");
    }
    budget.read(format);
    var text = format.text();
    var out = new Str.Builder(budget);
    for (var i = 0; i < text.length();) {
      var c = text.charAt(i);
      if ((c == '{' || c == '}') && i + 1 < text.length() && text.charAt(i + 1) == c) {
        out.add(format.substring(i, i + 1));
        i += 2;
      } else if (c == '{') {
        var end = fieldEnd(text, i);
        out.add(field(format.substring(i + 1, end), levels));
        i = end + 1;
      } else if (c == '}') {
        throw TemplateException.value("Single '}' encountered in format string");
      } else {
        var end = i;
        while (end < text.length() && text.charAt(end) != '{' && text.charAt(end) != '}') {
          end++;
        }
        out.add(format.substring(i, end));
        i = end;
      }
    }
    return out.build();
  }

  private static int fieldEnd(String text, int start) {
    var depth = 0;
    for (var i = start; i < text.length(); i++) {
      depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    throw TemplateException.value(start + 1 == text.length()
        ? "Single '{' encountered in format string" : "expected '}' before end of string");
  }

  private Str field(Str field, int levels) {
    var text = field.text();
    var lastClose = text.lastIndexOf(']');
    var nameEnd = 0;
    while (nameEnd < text.length() && text.charAt(nameEnd) != '!' && text.charAt(nameEnd) != ':') {
      nameEnd = text.charAt(nameEnd) == '[' && nameEnd < lastClose
          ? text.indexOf(']', nameEnd) + 1 : nameEnd + 1;
    }
    var value = value(text.substring(0, nameEnd));
    var rest = nameEnd;
    if (rest < text.length() && text.charAt(rest) == '!') {
      value = converted(value, rest + 1 < text.length() ? text.charAt(rest + 1) : ' ');
      rest += 2;
    }
    var spec = rest < text.length() && text.charAt(rest) == ':'
        ? expand(field.substring(rest + 1, text.length()), levels - 1).text() : "";
    return spec.isEmpty() ? Printer.str(budget, value) : FormatSpec.parse(spec).format(budget, value);
  }

  private Value converted(Value value, char conversion) {
    return switch (conversion) {
      case 's' -> Printer.str(budget, value);
      case 'r', 'a' -> Str.of(Printer.repr(budget, value));
      default -> throw TemplateException.value("Unknown conversion specifier " + conversion);
    };
  }

  private Value value(String path) {
    var end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    var value = argument(path.substring(0, end));
    while (end < path.length()) {
      budget.step();
      if (path.charAt(end) == '.') {
        var next = end + 1;
        while (next < path.length() && path.charAt(next) != '.' && path.charAt(next) != '[') {
          next++;
        }
        value = Attributes.attribute(budget, value, path.substring(end + 1, next));
        end = next;
      } else {
        var close = path.indexOf(']', end);
        if (close < 0) {
          throw TemplateException.value("Missing ']' in format string");
        }
        var key = path.substring(end + 1, close);
        value = Attributes.item(budget, value, Attributes.isIndex(key) ? Value.Int.of(Long.parseLong(key))
            : Str.of(key));
        end = close + 1;
      }
    }
    return value;
  }

  private Value argument(String name) {
    if (!name.isEmpty() && !Attributes.isIndex(name)) {
      var value = named.get(name);
      if (value == null) {
        throw new TemplateException(ErrorKind.KEY, PythonText.repr(name));
      }
      return value;
    }
    if (name.isEmpty() == numbered && (numbered || automatic > 0)) {
      throw TemplateException.value(numbered
          ? "cannot switch from manual field specification to automatic field numbering"
          : "cannot switch from automatic field numbering to manual field specification");
    }
    numbered = !name.isEmpty();
    var index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
    if (index >= positional.size()) {
      throw new TemplateException(ErrorKind.INDEX, "tuple index out of range");
    }
    return positional.get(index);
  }
}
