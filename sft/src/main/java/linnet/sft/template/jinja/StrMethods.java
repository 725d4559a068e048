package linnet.sft.template.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** The methods of Python's {@code str}. */
final class StrMethods {
  /** A method: what it does with a text and its arguments. */
  private interface Body {
    Value call(Budget budget, Str self, List<Value> arguments);
  }

  private record Method(Signature signature, Body body) {}

  private static final Map<String, Method> METHODS = Map.copyOf(methods());

  private StrMethods() {}

  /** The method of a name bound to a text, or null. */
  static Value find(Budget budget, Str self, String name) {
    if (name.equals("format")) {
      return new BuiltIn(name, args -> BraceFormat.format(budget, self, args.positional(), args.named()));
    }
    var method = METHODS.get(name);
    return method == null ? null
        : Attributes.method(name, method.signature(), arguments -> {
          budget.read(self);
          budget.read(arguments);
          var result = method.body().call(budget, self, arguments);
          budget.result(result);
          return self.isMarkup() && result instanceof Str text ? text.asMarkup() : result;
        });
  }

  private static Map<String, Method> methods() {
    var all = new HashMap<String, Method>();
    cases(all);
    searches(all);
    parts(all);
    tests(all);
    paddings(all);
    return all;
  }

  private static void add(Map<String, Method> all, String name, Signature signature, Body body) {
    all.put(name, new Method(signature, body));
  }

  private static void cases(Map<String, Method> all) {
    add(all, "upper", Signature.positional(), (_, s, _) -> s.rewritten(Letters.upper(s.text())));
    add(all, "lower", Signature.positional(), (_, s, _) -> s.rewritten(Letters.lower(s.text())));
    add(all, "casefold", Signature.positional(), (_, s, _) -> s.rewritten(Letters.fold(s.text())));
    add(all, "title", Signature.positional(), (_, s, _) -> s.rewritten(Letters.title(s.text())));
    add(all, "capitalize", Signature.positional(), (_, s, _) -> s.rewritten(Letters.capitalize(s.text())));
    add(all, "swapcase", Signature.positional(), (_, s, _) -> s.rewritten(Letters.swapCase(s.text())));
  }

  private static Signature window(String first) {
    return Signature.positional(first).or("start", Value.NONE).or("end", Value.NONE);
  }

  private static void searches(Map<String, Method> all) {
    add(all, "find", window("sub"), (_, s, a) -> Value.Int.of(StrSearch.find(s, a, Needle.Which.FIRST)));
    add(all, "rfind", window("sub"), (_, s, a) -> Value.Int.of(StrSearch.find(s, a, Needle.Which.LAST)));
    add(all, "index", window("sub"),
        (_, s, a) -> Value.Int.of(found(StrSearch.find(s, a, Needle.Which.FIRST))));
    add(all, "rindex", window("sub"),
        (_, s, a) -> Value.Int.of(found(StrSearch.find(s, a, Needle.Which.LAST))));
    add(all, "count", window("sub"), (_, s, a) -> Value.Int.of(StrSearch.count(s, a)));
    add(all, "startswith", window("prefix"),
        (b, s, a) -> Value.Bool.of(StrSearch.matches(b, "startswith", s, a, String::startsWith)));
    add(all, "endswith", window("suffix"),
        (b, s, a) -> Value.Bool.of(StrSearch.matches(b, "endswith", s, a, String::endsWith)));
  }

  private static int found(int index) {
    if (index < 0) {
      throw TemplateException.value("substring not found");
    }
    return index;
  }

  private static void parts(Map<String, Method> all) {
    add(all, "strip", Signature.positional().or("chars", Value.NONE),
        (_, s, a) -> StrParts.strip(s, a.getFirst(), true, true));
    add(all, "lstrip", Signature.positional().or("chars", Value.NONE),
        (_, s, a) -> StrParts.strip(s, a.getFirst(), true, false));
    add(all, "rstrip", Signature.positional().or("chars", Value.NONE),
        (_, s, a) -> StrParts.strip(s, a.getFirst(), false, true));
    add(all, "removeprefix", Signature.positional("prefix"), (_, s, a) -> {
      var prefix = text(a.getFirst(), "removeprefix() argument must be str, not ").text();
      return s.text().startsWith(prefix) ? s.substring(prefix.length(), s.text().length()) : s;
    });
    add(all, "removesuffix", Signature.positional("suffix"), (_, s, a) -> {
      var suffix = text(a.getFirst(), "removesuffix() argument must be str, not ").text();
      return s.text().endsWith(suffix) ? s.substring(0, s.text().length() - suffix.length()) : s;
    });
    var limit = Value.Int.of(-1);
    add(all, "split", Signature.of().or("sep", Value.NONE).or("maxsplit", limit),
        (b, s, a) -> StrParts.split(b, s, a.getFirst(), Numbers.size(a.get(1))));
    add(all, "rsplit", Signature.of().or("sep", Value.NONE).or("maxsplit", limit),
        (b, s, a) -> StrParts.rightSplit(b, s, a.getFirst(), Numbers.size(a.get(1))));
    add(all, "splitlines", Signature.of().or("keepends", Value.Bool.FALSE),
        (b, s, a) -> new ListValue(StrParts.lines(b, s, Numbers.flag(a.getFirst()))));
    add(all, "partition", Signature.positional("sep"),
        (_, s, a) -> StrParts.partition(s, a.getFirst(), Needle.Which.FIRST));
    add(all, "rpartition", Signature.positional("sep"),
        (_, s, a) -> StrParts.partition(s, a.getFirst(), Needle.Which.LAST));
    add(all, "replace", Signature.positional("old", "new").or("count", limit), (b, s, a) -> {
      var old = text(a.get(0), "replace() argument 1 must be str, not ");
      var by = text(a.get(1), "replace() argument 2 must be str, not ");
      return StrParts.replace(b, s, old, s.isMarkup() ? Markup.escaped(b, by) : by, Numbers.size(a.get(2)));
    });
    add(all, "join", Signature.positional("iterable"), (b, s, a) -> StrParts.join(b, s, a.getFirst()));
    add(all, "format_map", Signature.positional("mapping"), (b, s, a) -> {
      var named = new HashMap<String, Value>();
      if (a.getFirst() instanceof DictValue mapping) {
        b.elements(mapping.entries().size());
        mapping.entries().forEach((key, value) -> named.put(Printer.str(b, key).text(), value));
      } else if (s.text().indexOf('{') >= 0) {
        throw TemplateException.type("'" + a.getFirst().typeName() + "' object is not subscriptable");
      }
      return BraceFormat.format(b, s, List.of(), named);
    });
    add(all, "expandtabs", Signature.of().or("tabsize", Value.Int.of(8)),
        (b, s, a) -> StrParts.expandTabs(b, s, Numbers.size(a.getFirst())));
  }

  private static void tests(Map<String, Method> all) {
    test(all, "isalpha", Character::isLetter);
    test(all, "isdigit", c -> Character.isDigit(c) || Letters.isSuperscriptDigit(c));
    test(all, "isdecimal", Character::isDigit);
    test(all, "isnumeric", Letters::isNumeric);
    test(all, "isalnum", c -> Character.isLetter(c) || Letters.isNumeric(c));
    test(all, "isspace", PythonText::isSpace);
    add(all, "isascii", Signature.positional(),
        (_, s, _) -> Value.Bool.of(s.text().chars().allMatch(c -> c < 128)));
    add(all, "isprintable", Signature.positional(),
        (_, s, _) -> Value.Bool.of(s.text().codePoints().allMatch(PythonText::isPrintable)));
    add(all, "islower", Signature.positional(), (_, s, _) -> Value.Bool.of(Letters.isLower(s.text())));
    add(all, "isupper", Signature.positional(), (_, s, _) -> Value.Bool.of(Letters.isUpper(s.text())));
    add(all, "istitle", Signature.positional(), (_, s, _) -> Value.Bool.of(Letters.isTitle(s.text())));
    add(all, "isidentifier", Signature.positional(),
        (_, s, _) -> Value.Bool.of(Letters.isIdentifier(s.text())));
  }

  private static void test(Map<String, Method> all, String name, IntPredicate each) {
    add(all, name, Signature.positional(),
        (_, s, _) -> Value.Bool.of(!s.text().isEmpty() && s.text().codePoints().allMatch(each)));
  }

  private static void paddings(Map<String, Method> all) {
    var signature = Signature.positional("width").or("fillchar", Str.of(" "));
    add(all, "ljust", signature, (b, s, a) -> StrParts.pad(b, s, a, missing -> 0));
    add(all, "rjust", signature, (b, s, a) -> StrParts.pad(b, s, a, missing -> missing));
    add(all, "center", signature, (b, s, a) -> StrParts.center(b, s, a));
    add(all, "zfill", Signature.positional("width"), (b, s, a) -> {
      var signed = s.text().startsWith("-") || s.text().startsWith("+") ? 1 : 0;
      var digits = s.substring(signed, s.text().length());
      var width = Value.Int.of((long) Numbers.size(a.getFirst()) - signed);
      return Operators.concat(b, List.of(s.substring(0, signed),
          StrParts.pad(b, digits, List.of(width, Str.of("0")), missing -> missing)));
    });
  }

  static Str text(Value value, String complaint) {
    if (value instanceof Str s) {
      return s;
    }
    throw TemplateException.type(complaint + value.typeName());
  }
}
