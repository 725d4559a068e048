package linnet.sft.template.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that ask for too much time, memory or depth, or for what is none of their business. */
class HostileTemplateTest {
  private static final Limits SMALL = new Limits(300_000, 1_000_000, 100);
  private static final ZonedDateTime NOW = ZonedDateTime.of(2025, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);

  private static String render(String source) {
    return JinjaTemplate.parse("hostile", source, SMALL).render(Map.of("s", Str.of("abc")), NOW).text();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
      "{% for a in range(99999) %}{{ s * 100 }}{% endfor %}",
      "{{ s * 999999999 }}", "{{ [1] * 999999999 }}", "{{ 'a'.ljust(999999999) }}", "{{ '%999999999d' % 1 }}",
      "{{ '{:999999999}'.format(1) }}", "{{ '%.999999999f' % 1 }}", "{{ 's' | center(999999999) }}",
      "{{ s | indent(999999999) }}", "{{ [1] | batch(999999999, 0) | list }}", "{{ [] | slice(999999999) |"
      + " list }}",
      "{{ [[]] | tojson(indent=999999999) }}", "{{ 9 ** (9 ** 9) }}", "{{ 9 ** 99999999999999999999 }}",
      "{% set ns = namespace(x='aa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
      "{% set ns = namespace(x=2) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
      "{% set ns = namespace(x=[]) %}{% for i in range(900) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
      "{% set ns = namespace(x={}) %}{% for i in range(900) %}{% set ns.x = {'a': ns.x} %}{% endfor %}{{"
      + " ns.x }}",
      "{% set ns = namespace(x=['a']) %}{% for i in range(900) %}{% set ns.x = ns.x | map('upper') %}{%"
      + " endfor %}"
          + "{{ ns.x | list }}",
      "{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns }}",
      "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(200) %}{% set ns.x = [ns.x, ns.x] %}"
          + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
      "{% set ns = namespace(x=(1,), y=(1,)) %}{% for i in range(200) %}{% set ns.x = (ns.x, ns.x) %}"
          + "{% endfor %}{{ {ns.x: 1}[ns.x] }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(200) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
          + "{{ [ns.x] | tojson }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(200) %}{% set ns.x = {1: ns.x, 2: ns.x} %}"
          + "{% endfor %}{{ ns.x }}",
      "{% set a = namespace() %}{% set ns = namespace(x=a) %}{% for i in range(200) %}"
          + "{% set b = namespace(l=ns.x, r=ns.x) %}{% set ns.x = b %}{% endfor %}{{ ns.x }}",
      "{% set t = s * 30000 %}{% for i in range(99999) %}{% if t == t ~ '' %}{% endif %}{% endfor %}",
      "{% set t = s * 30000 %}{% for i in range(99999) %}{% set u = t.strip('x') %}{% endfor %}",
      "{% set t = s * 30000 %}{% for i in range(99999) %}{% set u = t.find('z') %}{% endfor %}",
      "{% set t = s * 30000 %}{% for i in range(99999) %}{% if t is lower %}{% endif %}{% endfor %}",
      "{% set t = s * 30000 %}{% for i in range(99999) %}{% set u = t | upper | length %}{% endfor %}",
      "{% set t = '😀' * 30000 %}{% for i in range(99999) %}{{ t[i] }}{% endfor %}",
      "{% set d = dict(range(9998) | batch(2)) %}{% for i in range(99999) %}"
          + "{{ d.items() | first }}{% endfor %}",
      "{% set d = dict(range(9998) | batch(2)) %}{% for i in range(99999) %}"
          + "{% set e = dict(d) %}{% endfor %}",
      "{% set l = range(9999) | list %}{% for i in range(99999) %}"
          + "{% if l == l + [] %}{% endif %}{% endfor %}",
      "{% for i in range(99999) if i > 5 %}{{ loop.length }}{{ loop.changed(s * 9000) }}{% endfor %}",
      "{% for x in range(99999) %}{% for y in range(9) %}{{ x }}{% endfor %}{% endfor %}",
      "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{"
      + " f() }}",
      "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
      "{% set t = s * 30000 %}{% for i in range(9999) %}{{ t.replace('a', 'b') | length }}{% endfor %}",
      "{% set t = s * 30000 %}{% for i in range(99999) %}{{ 'z' in t }}{% endfor %}"})
  void limitsHold(String source) {
    var error = assertTimeoutPreemptively(Duration.ofSeconds(20),
        () -> assertThrows(TemplateException.class, () -> render(source)));
    assertEquals(ErrorKind.LIMIT, error.kind(), error.getMessage());
  }

  /** Two thousand messages of five hundred characters. */
  @Test
  void aLongConversationIsWithinTheLimits() {
    var message = DictValue.of(Map.of("role", Str.of("user", 1), "content", Str.of("word ".repeat(100), 2)));
    var variables = Map.<String, Value>of("messages", new ListValue(Collections.nCopies(2000, message)));
    var all = "(messages | map(attribute='content') | join)";
    for (var source : new String[] {
        "{% for m in messages %}<{{ m.role }}>{{ m['content'] | trim }}</>\n{% endfor %}",
        "{{ messages | map(attribute='content') | join('\n') }}", "{{ messages | tojson }}",
        "{{ messages | tojson(indent=2) }}", "{{ " + all + ".replace('o', 'u') }}", "{{ '%s' % " + all + " }}",
        "{{ '{}'.format(" + all + ") }}", "{{ " + all + " | indent }}"}) {
      var text = JinjaTemplate.parse("long", source, Limits.DEFAULT).render(variables, NOW).text();
      assertTrue(text.length() > 990_000, source);
    }
  }

  @Test
  void longTokensAreNoTrouble() {
    for (var source : new String[] {"{{ " + "1".repeat(200_000) + " }}",
        "{{ " + "1_".repeat(100_000) + "1 }}",
        "{{ 1." + "1".repeat(200_000) + " }}", "{{ 0x" + "f".repeat(200_000) + " }}",
        "{{ '" + "1_".repeat(100_000) + "1' | int }}", "{{ '" + "1_".repeat(100_000) + "1' | float }}",
        "{{ '" + "<".repeat(200_000) + "' | striptags }}", "{{ '" + "\\".repeat(200_000) + "' }}",
        "{{ '" + "a ".repeat(100_000) + "' | wordcount }}", "{%" + " ".repeat(200_000) + "raw",
        "{{ '" + "%".repeat(200_000) + "' % 1 }}", "{{ '" + "{".repeat(200_000) + "'.format(1) }}",
        "{{ '" + "{0[".repeat(70_000) + "'.format(1) }}"}) {
      assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
        try {
          render(source);
        } catch (TemplateException refused) {
          assertTrue(refused.getMessage().length() < 1_000_000);
        }
      });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{% set x = part in text %}", "{% set x = text.find(part) %}",
      "{% set x = text.rfind(mirror) %}", "{% set x = text.count(part) %}", "{% set x = text.split(part) %}",
      "{% set x = text.rsplit(mirror) %}", "{% set x = text.partition(part) %}",
      "{% set x = text.rpartition(mirror) %}", "{% set x = text.replace(part, '') %}",
      "{% set x = text | replace(part, '') %}", "{% set x = text.strip('b' * 500000 + 'a') %}",
      "{% set x = text.startswith((part, ) * 20000) %}", "{% set x = text.endswith((mirror, ) * 20000) %}",
      "{% set x = (text + 'x') | float %}", "{% set x = ('1' * 500000 + 'x') | float %}",
      "{% set x = ('{0' + '[' * 900000 + '}').format(1) %}"})
  void noOperationTakesTheSquareOfALength(String source) {
    var texts = "{% set part = 'a' * 300000 + 'b' %}{% set mirror = 'b' + 'a' * 300000 %}"
        + "{% set text = 'a' * 900000 %}";
    assertTimeoutPreemptively(Duration.ofSeconds(3), () -> {
      try {
        JinjaTemplate.parse("hostile", texts + source, Limits.DEFAULT).render(Map.of(), NOW);
      } catch (TemplateException refused) {
        assertTrue(List.of(ErrorKind.LIMIT, ErrorKind.VALUE).contains(refused.kind()), refused.getMessage());
      }
    });
  }

  /** What takes long for one step's price, as often as a template can ask for it. */
  @ParameterizedTest
  @ValueSource(strings = {"{% if big is lower %}{% endif %}", "{% set x = big | wordcount %}",
      "{% set x = '%.0s' % [big] %}", "{% set x = '{!s:.0}'.format(big) %}", "{% set x = [] | join(big) %}",
      "{% set x = '' | trim(chars=t) %}", "{% set x = 'a' | replace(old=t, new='') %}",
      "{% set x = [] | sum(attribute='a.' * 1900000) %}", "{% set x = ('%' ~ '0' * 3900000 ~ 'd') % 1 %}",
      "{% set x = (['x'] * 99999) | map(attribute='0' ~ '.0' * 99999) | list %}",
      "{% set x = ('{0' ~ '.real' * 700000 ~ '}').format(1) %}", "{% set x = strftime_now('%z' * 1900000) %}",
      "{% set x = '%.3900000f' % 0.1 %}", "{% set x = '{:.3900000f}'.format(0.1) %}",
      "{% if {}[t] is defined %}{% endif %}", "{% set x = words | unique(case_sensitive=true) | list %}",
      "{% set x = dict(words | batch(2)) %}", "{% set x = pairs | unique | list %}"})
  void noStepTakesLong(String source) {
    var texts = "{% set t = 'a' * 3900000 %}{% set big = ['a' * 1000] * 3900 %}"
        + "{% macro doubled(w, n) %}{% if n %}{{ doubled(w + 'Aa', n - 1) }}{{ doubled(w + 'BB', n - 1) }}"
        + "{% else %}{{ w }} {% endif %}{% endmacro %}{% set words = doubled('', 13).split() %}"
        + "{% set pairs = words | batch(2) | map('join') | list %}";
    var repeated = texts + "{% for i in range(99999) %}{% for j in range(9999) %}" + source
        + "{% endfor %}{% endfor %}";
    var error = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertThrows(TemplateException.class,
        () -> JinjaTemplate.parse("hostile", repeated, Limits.DEFAULT).render(Map.of(), NOW)));
    assertEquals(ErrorKind.LIMIT, error.kind(), error.getMessage());
  }

  @Test
  void longAndShortPartsAreFoundAtTheSamePlaces() {
    var random = new Random(7);
    for (var round = 0; round < 2000; round++) {
      var text = random.ints(random.nextInt(200), 'a', 'c').collect(StringBuilder::new,
          StringBuilder::appendCodePoint, StringBuilder::append).toString();
      var start = random.nextInt(text.length() + 1);
      var end = Math.min(text.length(), start + 1 + random.nextInt(40));
      var part = random.nextBoolean() ? text.substring(start, end)
          : "ab".repeat(1 + random.nextInt(20));
      var from = random.nextInt(text.length() + 1);
      var to = from + random.nextInt(text.length() + 1 - from);
      var window = text.substring(from, to);
      var what = part + " in " + window;
      assertEquals(window.indexOf(part), within(part, Needle.Which.FIRST, text, from, to), what);
      assertEquals(window.lastIndexOf(part), within(part, Needle.Which.LAST, text, from, to), what);
    }
  }

  private static int within(String part, Needle.Which which, String text, int from, int to) {
    var at = new Needle(part, which).in(text, from, to);
    return at < 0 ? at : at - from;
  }

  @Test
  void depthFitsIntoASmallStack() throws Exception {
    var failures = new ArrayList<Throwable>();
    for (var source : new String[] {"{% macro f() %}{% if 1 %}{{ (f() ~ 1) | upper }}{% endif %}"
        + "{% endmacro %}{{ f() }}", "{% for x in [1] recursive %}{{ [loop([1])] | join }}{% endfor %}",
        "{{ " + "(".repeat(250) + "1" + ")".repeat(250) + " }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(240) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}"
            + "{{ ns.x == [ns.x][0] }}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=['a']) %}{% for i in range(240) %}{% set ns.x = ns.x | map('upper') %}"
            + "{% endfor %}{{ ns.x | list }}",
        "{% macro f() %}".repeat(1150), "{% for x in [1] %}".repeat(1150)}) {
      var thread = new Thread(null, () -> {
        try {
          JinjaTemplate.parse("deep", source, Limits.DEFAULT).render(Map.of(), NOW);
        } catch (TemplateException refused) {
          if (refused.kind() != ErrorKind.LIMIT) {
            failures.add(refused);
          }
        } catch (Throwable failed) {
          failures.add(failed);
        }
      }, "small", 512 * 1024);
      thread.start();
      thread.join();
    }
    assertEquals(List.of(), failures);
  }

  @Test
  void nestingUpToTheLimitIsTaken() {
    JinjaTemplate.parse("deep", "{% macro f() %}".repeat(290) + "{% endmacro %}".repeat(290), Limits.DEFAULT);
    JinjaTemplate.parse("deep", "{% for x in [1] %}".repeat(290) + "{% endfor %}".repeat(290), Limits.DEFAULT);
  }

  @Test
  void depthOfTheSourceIsBounded() {
    for (var nested : new String[] {"(", "[", "{'a':", "-", "not ", "s[", "1 if 1 else "}) {
      assertEquals(ErrorKind.LIMIT, assertThrows(TemplateException.class,
          () -> render("{{ " + nested.repeat(100_000))).kind(), nested);
    }
    for (var nested : new String[] {"{% if 1 %}", "{% for a in s %}", "{% set a %}",
        "{% if 1 %}{% elif 1 %}"}) {
      assertEquals(ErrorKind.LIMIT, assertThrows(TemplateException.class,
          () -> render(nested.repeat(100_000))).kind(), nested);
    }
    for (var chain : new String[] {"s" + ".upper()".repeat(50_000), "s" + " | upper".repeat(50_000),
        "1" + " + 1".repeat(50_000), "1" + " and 1".repeat(50_000), "1" + " is odd".repeat(1)}) {
      try {
        render("{{ " + chain + " }}");
      } catch (TemplateException e) {
        assertEquals(ErrorKind.LIMIT, e.kind());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{ s.__class__.__mro__ }}", "{{ s['__class__'].x }}",
      "{{ s.getClass().forName('x') }}",
      "{{ range.__globals__.x }}", "{{ '{0.__class__.x}'.format(s) }}", "{{ namespace.__init__.__globals__"
      + " }}",
      "{{ s | attr('__class__') | attr('x') | upper }}{{ (s | attr('__class__')).x }}", "{{ loop.x }}",
      "{{ [].append(1) }}", "{{ {}.update(a=1) }}", "{% include 'x' %}", "{% import 'x' as x %}",
      "{% extends 'x' %}"})
  void nothingBeyondTheLanguageIsReached(String source) {
    assertThrows(TemplateException.class, () -> render(source));
  }

  @Test
  void errorsNameTheTemplateAndThePlace() {
    var error = assertThrows(TemplateException.class, () -> render("a\n{% if true %}\n  {{ 1 + s }}{% endif"
        + " %}"));
    assertTrue(error.getMessage().startsWith("template hostile:3:8: TypeError: unsupported operand"),
        error.getMessage());
    assertEquals(new Position(3, 8), error.position());
    var syntax = assertThrows(TemplateException.class, () -> render("\n{% for x of y %}"));
    assertEquals("template hostile:2:10: TemplateSyntaxError: expected token 'in', got 'of'",
        syntax.getMessage());
  }

  @Test
  void leavingALoopFromWithoutIsASyntaxError() {
    for (var source : new String[] {"{% break %}", "{% continue %}",
        "{% for x in s %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
        "{% for x in s %}{% macro f() %}{% break %}{% endmacro %}{% endfor %}"}) {
      assertEquals(ErrorKind.SYNTAX, assertThrows(TemplateException.class, () -> render(source)).kind());
    }
  }
}
