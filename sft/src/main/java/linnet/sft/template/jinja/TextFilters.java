package linnet.sft.template.jinja;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Filters that make texts. */
final class TextFilters {
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WORD_BEGINNING = Pattern.compile("([-\\s({\\[<]+)",
      Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static void addTo(Map<String, Filters.OpenBody> all) {
    var plain = Signature.of();
    Filters.add(all, "string", plain, (c, v, _) -> printed(c, v));
    Filters.add(all, "safe", plain, (c, v, _) -> printed(c, v).asMarkup());
    Filters.add(all, "upper", plain, (c, v, _) -> rewritten(c, v, Letters::upper));
    Filters.add(all, "lower", plain, (c, v, _) -> rewritten(c, v, Letters::lower));
    Filters.add(all, "capitalize", plain, (c, v, _) -> rewritten(c, v, Letters::capitalize));
    Filters.add(all, "title", plain, (c, v, _) -> rewritten(c, v, TextFilters::title));
    Filters.add(all, "trim", Signature.of().or("chars", Value.NONE),
        (c, v, a) -> StrParts.strip(printed(c, v), a.getFirst(), true, true));
    Filters.add(all, "replace", Signature.of("old", "new").or("count", Value.NONE), (c, v, a) ->
        StrParts.replace(c.budget(), printed(c, v).plain(), printed(c, a.get(0)), printed(c, a.get(1)),
            a.get(2) instanceof Value.None ? -1 : Numbers.size(a.get(2))));
    Filters.add(all, "center", Signature.of().or("width", Value.Int.of(80)),
        (c, v, a) -> StrParts.center(c.budget(), printed(c, v), List.of(a.getFirst(), Str.of(" "))));
    Filters.add(all, "indent", Signature.of().or("width", Value.Int.of(4)).or("first", Value.Bool.FALSE)
        .or("blank", Value.Bool.FALSE), TextFilters::indent);
    Filters.add(all, "truncate",
        Signature.of().or("length", Value.Int.of(255)).or("killwords", Value.Bool.FALSE)
        .or("end", Str.of("...")).or("leeway", Value.Int.of(5)), TextFilters::truncate);
    Filters.add(all, "wordcount", plain,
        (c, v, _) -> Value.Int.of(WORD.matcher(printed(c, v).text()).results().count()));
    Filters.add(all, "escape", plain, (c, v, _) -> Markup.escaped(c.budget(), printed(c, v)));
    Filters.add(all, "e", plain, (c, v, _) -> Markup.escaped(c.budget(), printed(c, v)));
    Filters.add(all, "forceescape", plain,
        (c, v, _) -> Markup.escaped(c.budget(), printed(c, v).plain()));
    Filters.add(all, "striptags", plain, (c, v, _) -> rewritten(c, v, TextFilters::stripTags).plain());
    Filters.add(all, "urlencode", plain, TextFilters::urlEncode);
    all.put("tojson", JsonDump::dump);
    all.put("format", TextFilters::format);
  }

  private static Str printed(Context context, Value value) {
    return Printer.str(context.budget(), value);
  }

  private static Str rewritten(Context context, Value value, UnaryOperator<String> change) {
    var text = printed(context, value);
    return text.rewritten(change.apply(text.text()));
  }

  private static String title(String text) {
    var out = new StringBuilder(text.length());
    var matcher = WORD_BEGINNING.matcher(text);
    var from = 0;
    while (matcher.find()) {
      out.append(Letters.capitalize(text.substring(from, matcher.start()))).append(matcher.group());
      from = matcher.end();
    }
    return out.append(Letters.capitalize(text.substring(from))).toString();
  }

  private static Value indent(Context context, Value subject, List<Value> arguments) {
    var budget = context.budget();
    var width = arguments.get(0);
    var indention = width instanceof Str s ? s : repeat(budget, " ", Numbers.size(width));
    if (!(subject instanceof Str text)) {
      throw switch (subject) {
        case Undefined undefined -> undefined.error();
        case ListValue _ -> new TemplateException(ErrorKind.ATTRIBUTE,
            "'list' object has no attribute 'splitlines'");
        default -> TemplateException.type("unsupported operand type(s) for +=: '" + subject.typeName()
            + "' and 'str'");
      };
    }
    var source = Operators.concat(budget, List.of(text, Str.of("\n")));
    var out = new Str.Builder(budget);
    var index = 0;
    for (var line : StrParts.lines(budget, source, false)) {
      var indented = index == 0 ? arguments.get(1).truth() : arguments.get(2).truth() || line.truth();
      if (index > 0) {
        out.add(Str.of("\n"));
      }
      if (indented) {
        out.add(indention);
      }
      out.add((Str) line);
      index++;
    }
    return out.build();
  }

  private static Str repeat(Budget budget, String text, int times) {
    budget.characters((long) text.length() * Math.max(0, times));
    return Str.of(text.repeat(Math.max(0, times)));
  }

  private static Value truncate(Context context, Value subject, List<Value> arguments) {
    var length = Numbers.size(arguments.get(0));
    var end = StrMethods.text(arguments.get(2), "can only concatenate str, not ");
    var leeway = arguments.get(3) instanceof Value.None ? 5 : Numbers.size(arguments.get(3));
    if (length < end.length()) {
      throw new TemplateException(ErrorKind.ASSERT, "expected length >= " + end.length() + ", got " + length);
    }
    if (leeway < 0) {
      throw new TemplateException(ErrorKind.ASSERT, "expected leeway >= 0, got " + leeway);
    }
    if (Sequences.length(subject) <= (long) length + leeway) {
      return subject;
    }
    var killWords = arguments.get(1).truth();
    if (!(subject instanceof Str text)) {
      throw killWords ? TemplateException.type("can only concatenate " + subject.typeName()
          + " (not \"str\") to " + subject.typeName()) : new TemplateException(ErrorKind.ATTRIBUTE,
          "'" + subject.typeName() + "' object has no attribute 'rsplit'");
    }
    var kept = text.substring(0, text.offset(length - end.length()));
    var space = kept.text().lastIndexOf(' ');
    var cut = killWords || space < 0 ? kept : kept.substring(0, space);
    return Operators.concat(context.budget(), List.of(cut, end));
  }

  /** Without tags and comments, entities as characters, white space as single spaces. */
  private static String stripTags(String text) {
    var bare = new StringBuilder();
    var from = 0;
    for (var tag = text.indexOf('<'); tag >= 0; tag = text.indexOf('<', from)) {
      var comment = text.startsWith("<!--", tag);
      var end = comment ? text.indexOf("-->", tag + "<!--".length()) : text.indexOf('>', tag);
      if (end < 0) {
        break;
      }
      bare.append(text, from, tag);
      from = end + (comment ? "-->".length() : 1);
    }
    var words = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS).splitAsStream(bare.append(text, from,
        text.length())).filter(word -> !word.isEmpty()).toList();
    return String.join(" ", words).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
        .replace("&#34;", "\"").replace("&#39;", "'").replace("&amp;", "&");
  }

  private static Value urlEncode(Context context, Value subject, List<Value> arguments) {
    if (subject instanceof Str || !Sequences.isIterable(subject)) {
      return rewritten(context, subject, text -> quote(text).replace("%2F", "/"));
    }
    var budget = context.budget();
    var items = subject instanceof DictValue dict ? new DictView(DictView.Part.ITEMS, dict) : subject;
    var out = new Str.Builder(budget);
    for (var iterator = Sequences.iterate(budget, items); iterator.hasNext();) {
      var pair = Sequences.list(budget, iterator.next());
      if (pair.size() != 2) {
        throw TemplateException.value("urlencode wants pairs, but got " + pair.size() + " values");
      }
      out.add(Str.of(out.length() == 0 ? "" : "&")).add(formPart(budget, pair.get(0))).add(Str.of("="))
          .add(formPart(budget, pair.get(1)));
    }
    return out.build();
  }

  private static Str formPart(Budget budget, Value value) {
    return Str.of(quote(Printer.str(budget, value).text()).replace("%20", "+"));
  }

  private static String quote(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static Value format(Context context, Value subject, Args args) {
    if (!args.positional().isEmpty() && !args.named().isEmpty()) {
      throw new TemplateException(ErrorKind.FILTER_ARGUMENT,
          "can't handle positional and keyword arguments at the same time");
    }
    var values = args.named().isEmpty() ? new TupleValue(args.positional()) : DictValue.of(args.named());
    return PercentFormat.format(context.budget(), Printer.str(context.budget(), subject), values);
  }
}
