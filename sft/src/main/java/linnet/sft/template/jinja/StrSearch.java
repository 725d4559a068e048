package linnet.sft.template.jinja;

import java.util.List;
import java.util.function.BiPredicate;

/** Searching within a part of a text; arguments are {@code (what, start, end)}, indices count code points. */
final class StrSearch {
  private static final int COMPARED_PER_STEP = 64;

  private StrSearch() {}

  private static Str window(Str s, List<Value> arguments) {
    var from = s.offset(bound(arguments.get(1), 0, s.length()));
    return s.substring(from, Math.max(from, s.offset(bound(arguments.get(2), s.length(), s.length()))));
  }

  private static int bound(Value bound, int otherwise, int length) {
    if (bound instanceof Value.None) {
      return otherwise;
    }
    long index = Numbers.clamped(bound);
    return (int) Math.clamp(index < 0 ? index + length : index, 0, length);
  }

  /** The index of the first or last occurrence, or -1. */
  static int find(Str s, List<Value> arguments, Needle.Which which) {
    var part = StrMethods.text(arguments.getFirst(), "must be str, not ").text();
    var window = window(s, arguments);
    var offset = new Needle(part, which).in(window.text(), 0, window.text().length());
    var before = bound(arguments.get(1), 0, s.length());
    var startsTooLate = arguments.get(1) instanceof Value.Int i && Numbers.clamped(i) > s.length();
    return offset < 0 || startsTooLate ? -1 : before + window.text().codePointCount(0, offset);
  }

  static int count(Str s, List<Value> arguments) {
    var part = StrMethods.text(arguments.getFirst(), "must be str, not ").text();
    var window = window(s, arguments);
    if (part.isEmpty()) {
      return window.length() + 1;
    }
    var needle = Needle.first(part);
    var end = window.text().length();
    var count = 0;
    for (var at = needle.in(window.text(), 0, end); at >= 0;
        at = needle.in(window.text(), at + part.length(), end)) {
      count++;
    }
    return count;
  }

  /** Whether the text starts or ends with one of the given texts. */
  static boolean matches(Budget budget, String method, Str s, List<Value> arguments,
      BiPredicate<String, String> match) {
    var window = window(s, arguments).text();
    return switch (arguments.getFirst()) {
      case Str part -> match.test(window, part.text());
      case TupleValue parts -> parts.items().stream().anyMatch(item -> {
        var part = StrMethods.text(item, "tuple for " + method + " must only contain str, not ").text();
        budget.steps(1 + part.length() / COMPARED_PER_STEP);
        return match.test(window, part);
      });
      default -> throw TemplateException.type(method + " first arg must be str or a tuple of str, not "
          + arguments.getFirst().typeName());
    };
  }
}
