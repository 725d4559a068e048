package linnet.sft.template.jinja;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the source, a template renders or fails with a {@link TemplateException}. */
class TemplateFuzzTest {
  private static final Limits SMALL = new Limits(20_000, 100_000, 50);
  private static final ZonedDateTime NOW = ZonedDateTime.of(2025, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
  private static final Map<String, Value> VARIABLES = Map.of(
      "s", Str.of("aé😀 b\n", 0), "i", Value.Int.of(-3), "f", new Value.Float(2.5), "n", Value.NONE,
      "l", new ListValue(List.of(Str.of("x", 1), Value.Int.of(2))),
      "d", DictValue.of(Map.of("a", Str.of("y", 2), "b", new ListValue(List.of()))));

  private static final String[] WORDS = {"{{ ", " }}", "{% ", " %}", "{%- ", " -%}", "{# ", " #}", "if ",
      "else", "elif ",
      "endif", "for ", " in ", "endfor", "set ", "endset", "macro ", "endmacro", "call ", "endcall",
      "filter ",
      "endfilter", "with ", "endwith", "generation", "endgeneration", "raw", "endraw", "break", "continue",
      "loop",
      "recursive", "namespace", "range", "dict", "x", "s", "i", "f", "n", "l", "d", "caller", "varargs", "1",
      "0",
      "2.5", "-7", "99999", "'a'", "\"%s\"", "'{}'", "'\\u00e9'", "(", ")", "[", "]", "{", "}", ",", ":", ".",
      "|",
      "~", "+", "-", "*", "**", "/", "//", "%", "==", "<", ">=", "=", " is ", " not ", " and ", " or ", "\n",
      " ",
      "upper", "split", "replace", "join", "format", "strip", "items", "get", "find", "center", "title",
      "tojson",
      "sort", "map", "select", "selectattr", "groupby", "indent", "truncate", "int", "float", "round",
      "batch",
      "slice", "unique", "dictsort", "default", "length", "first", "last", "sum", "min", "list", "string",
      "odd",
      "defined", "mapping", "divisibleby", "index", "previtem", "cycle", "attribute", "None", "true", "é",
      "😀", "$"};

  @Provide
  Arbitrary<String> sources() {
    return Arbitraries.of(WORDS).list().ofMaxSize(40).map(words -> String.join("", words));
  }

  /** Expressions that parse more often than not. */
  @Provide
  Arbitrary<String> expressions() {
    var atoms = Arbitraries.of("s", "i", "f", "n", "l", "d", "u", "1", "0", "-2", "2.5", "'a'", "'%s %d'",
        "'{} {0}'",
        "[]", "[1, 'b']", "{'a': 1}", "(1, 2)", "range(3)", "true", "none", "namespace(a=1)", "joiner()");
    return Arbitraries.recursive(() -> atoms, inner -> Arbitraries.oneOf(
        compound(inner, " + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", " < ", " == ", " in ",
        " and "),
        inner.map(e -> "(" + e + ")[0]"), inner.map(e -> "(" + e + ")[1:]"),
        inner.map(e -> "(" + e + ")[::-1]"),
        suffixed(inner, " | ", "upper", "list", "sort", "tojson", "first", "join('-')",
        "map('string') | list",
            "select | list", "length", "int", "float", "round(1)", "indent", "reverse", "sum", "max",
            "unique | list",
            "dictsort", "items | list", "batch(2) | list", "slice(2) | list", "title", "trim", "string",
            "abs",
            "groupby('a')", "replace('a', 'b')", "truncate(3)", "format(1)", "default(1)", "urlencode",
            "escape",
            "filesizeformat", "center(5)", "wordcount", "striptags", "tojson(indent=1)", "attr('upper')"),
        suffixed(inner, ".", "upper()", "split()", "split('a', 1)", "rsplit(none, 1)", "splitlines()",
        "strip()", "items()",
            "get('a')", "find('a')", "format(1, a=2)", "title()", "partition('a')", "zfill(5)", "count('a')",
            "replace('', '-')", "join('ab')", "center(7)", "swapcase()", "expandtabs()", "a", "copy()",
            "index(1)"),
        suffixed(inner, " is ", "odd", "defined", "mapping", "string", "in 'a'", "divisibleby 2",
        "sameas none", "lt 1")),
        1, 4);
  }

  private static Arbitrary<String> compound(Arbitrary<String> inner, String... operators) {
    return inner.flatMap(a -> Arbitraries.of(operators).flatMap(o -> inner.map(b -> "(" + a + o + b + ")")));
  }

  private static Arbitrary<String> suffixed(Arbitrary<String> inner, String mark, String... suffixes) {
    return inner.flatMap(e -> Arbitraries.of(suffixes).map(suffix -> "(" + e + mark + suffix + ")"));
  }

  private static void renderOrFail(String source) {
    try {
      assertNotNull(JinjaTemplate.parse("fuzz", source, SMALL).render(VARIABLES, NOW).text());
    } catch (TemplateException e) {
      assertNotNull(e.position());
    }
  }

  @Property(tries = 3_000)
  void anySourceRendersOrFailsAsDocumented(@ForAll("sources") String source) {
    renderOrFail(source);
  }

  @Property(tries = 3_000)
  void anyExpressionRendersOrFailsAsDocumented(@ForAll("expressions") String expression) {
    renderOrFail("{{ " + expression + " }}");
    renderOrFail("{% for x in " + expression + " %}{{ x }}{{ loop.length }}{% endfor %}");
  }
}
