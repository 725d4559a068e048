package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** Cutting texts apart and putting them together; every part keeps its origins. */
final class StrParts {
  private StrParts() {}

  /** Without the given characters (white space for {@code None}) at the ends that are asked for. */
  static Str strip(Str s, Value characters, boolean left, boolean right) {
    IntPredicate drop = PythonText::isSpace;
    if (!(characters instanceof Value.None)) {
      var set = new BitSet();
      StrMethods.text(characters, "strip arg must be None or str, not ").text().codePoints()
          .forEach(set::set);
      drop = set::get;
    }
    var text = s.text();
    var from = 0;
    var to = text.length();
    while (left && from < to && drop.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (right && to > from && drop.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return s.substring(from, to);
  }

  private static Needle separator(Value separator, Needle.Which which) {
    var text = StrMethods.text(separator, "must be str or None, not ").text();
    if (text.isEmpty()) {
      throw TemplateException.value("empty separator");
    }
    return new Needle(text, which);
  }

  /**
   * {@code split}: at a separator, or for {@code None} at runs of white space; at most {@code limit} cuts.
   */
  static Value split(Budget budget, Str s, Value separator, int limit) {
    var parts = new ArrayList<Value>();
    var text = s.text();
    if (separator instanceof Value.None) {
      for (var from = skip(text, 0, true); from < text.length();) {
        var last = limit >= 0 && parts.size() >= limit;
        var to = last ? text.length() : skip(text, from, false);
        keep(budget, parts, s.substring(from, to));
        from = last ? text.length() : skip(text, to, true);
      }
    } else {
      var mark = separator(separator, Needle.Which.FIRST);
      var from = 0;
      for (var at = mark.in(text, 0, text.length()); at >= 0
          && (limit < 0 || parts.size() < limit); at = mark.in(text, from, text.length())) {
        keep(budget, parts, s.substring(from, at));
        from = at + mark.length();
      }
      keep(budget, parts, s.substring(from, text.length()));
    }
    return new ListValue(parts);
  }

  private static void keep(Budget budget, List<Value> parts, Str part) {
    budget.pieces(1);
    parts.add(part);
  }

  private static int skip(String text, int from, boolean space) {
    var at = from;
    while (at < text.length() && PythonText.isSpace(text.charAt(at)) == space) {
      at++;
    }
    return at;
  }

  /** {@code rsplit}: as {@link #split}, cutting from the right. */
  static Value rightSplit(Budget budget, Str s, Value separator, int limit) {
    var parts = new ArrayList<Value>();
    var text = s.text();
    var to = text.length();
    if (separator instanceof Value.None) {
      to = PythonText.trimmedEnd(text, 0, to);
      while (to > 0) {
        var from = to;
        while (from > 0 && !PythonText.isSpace(text.charAt(from - 1))) {
          from--;
        }
        from = limit >= 0 && parts.size() >= limit ? 0 : from;
        keep(budget, parts, s.substring(from, to));
        to = limit >= 0 && parts.size() > limit ? 0 : PythonText.trimmedEnd(text, 0, from);
      }
    } else {
      var mark = separator(separator, Needle.Which.LAST);
      for (var at = mark.in(text, 0, to); at >= 0 && (limit < 0 || parts.size() < limit);
          at = mark.in(text, 0, to)) {
        keep(budget, parts, s.substring(at + mark.length(), to));
        to = at;
      }
      keep(budget, parts, s.substring(0, to));
    }
    Collections.reverse(parts);
    return new ListValue(parts);
  }

  private static boolean endsLine(char c) {
    return c >= '\n' && c <= '\r' || c >= 28 && c <= 30 || c == 0x85 || c == 0x2028 || c == 0x2029;
  }

  static List<Value> lines(Budget budget, Str s, boolean keepEnds) {
    var parts = new ArrayList<Value>();
    var text = s.text();
    for (var from = 0; from < text.length();) {
      var to = from;
      while (to < text.length() && !endsLine(text.charAt(to))) {
        to++;
      }
      var next = text.startsWith("\r\n", to) ? to + 2 : Math.min(to + 1, text.length());
      keep(budget, parts, s.substring(from, keepEnds ? next : to));
      from = next;
    }
    return parts;
  }

  static Value partition(Str s, Value separator, Needle.Which which) {
    var mark = separator(separator, which);
    var text = s.text();
    var at = mark.in(text, 0, text.length());
    if (at < 0) {
      return which == Needle.Which.LAST ? TupleValue.of(Str.EMPTY, Str.EMPTY, s)
          : TupleValue.of(s, Str.EMPTY, Str.EMPTY);
    }
    return TupleValue.of(s.substring(0, at), s.substring(at, at + mark.length()),
        s.substring(at + mark.length(), text.length()));
  }

  /** {@code replace}; a negative limit replaces all. */
  static Str replace(Budget budget, Str s, Str old, Str replacement, int limit) {
    var text = s.text();
    var mark = Needle.first(old.text());
    var out = new Str.Builder(budget);
    var from = 0;
    var count = 0;
    while (limit < 0 || count < limit) {
      var at = mark.length() == 0 ? emptyMatch(text, from, count) : mark.in(text, from, text.length());
      if (at < 0) {
        break;
      }
      out.add(s.substring(from, at)).add(replacement);
      from = at + mark.length();
      count++;
    }
    return count == 0 ? s : out.add(s.substring(from, text.length())).build();
  }

  /** An empty text matches before the first and after every character. */
  private static int emptyMatch(String text, int from, int count) {
    if (count == 0) {
      return 0;
    }
    return from >= text.length() ? -1 : from + Character.charCount(text.codePointAt(from));
  }

  static Str join(Budget budget, Str separator, Value items) {
    if (!Sequences.isIterable(items)) {
      throw TemplateException.type("can only join an iterable");
    }
    var out = new Str.Builder(budget);
    var index = 0;
    for (var iterator = Sequences.iterate(budget, items); iterator.hasNext(); index++) {
      var item = iterator.next();
      if (!(item instanceof Str part)) {
        throw TemplateException.type("sequence item " + index + ": expected str instance, " + item.typeName()
            + " found");
      }
      append(out, separator, separator.isMarkup() ? Markup.escaped(budget, part) : part, index);
    }
    return out.build();
  }

  /** Adds one part of a joined text, with the separator before all but the first. */
  static void append(Str.Builder out, Str separator, Str part, int index) {
    if (index > 0) {
      out.add(separator);
    }
    out.add(part);
  }

  static Str expandTabs(Budget budget, Str s, int size) {
    var out = new StringBuilder();
    var column = 0;
    for (var i = 0; i < s.text().length(); i++) {
      var c = s.text().charAt(i);
      if (c == '\t') {
        var spaces = size <= 0 ? 0 : size - column % size;
        budget.characters(out.length(), spaces);
        out.repeat(' ', spaces);
        column += spaces;
      } else {
        out.append(c);
        column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
      }
    }
    return s.rewritten(out.toString());
  }

  /**
   * Pads to {@code (width, fill)}; {@code left} says how many of the missing characters go before the text.
   */
  static Str pad(Budget budget, Str s, List<Value> arguments, IntUnaryOperator left) {
    var fill = StrMethods.text(arguments.get(1), "The fill character must be a unicode character, not ");
    if (fill.length() != 1) {
      throw TemplateException.type("The fill character must be exactly one character long");
    }
    var missing = Math.max(0, Numbers.size(arguments.getFirst()) - s.length());
    budget.characters((long) missing + s.text().length());
    var before = left.applyAsInt(missing);
    return Operators.concat(budget, List.of(Str.of(fill.text().repeat(before)), s,
        Str.of(fill.text().repeat(missing - before))));
  }

  static Str center(Budget budget, Str s, List<Value> arguments) {
    var oddWidth = Numbers.clamped(arguments.getFirst()) & 1;
    return pad(budget, s, arguments, missing -> missing / 2 + (missing & oddWidth & 1));
  }
}
