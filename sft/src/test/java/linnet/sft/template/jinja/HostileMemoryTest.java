package linnet.sft.template.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import linnet.sft.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Templates that keep all they can build meet a limit before they fill the memory {@link Limits} names. */
class HostileMemoryTest {
  private static final String KEPT = "{%% set ns = namespace(x=[]) %%}"
      + "{%% set d = dict(range(99998) | batch(2)) %%}{%% for i in range(9999) %%}"
      + "{%% set ns.x = ns.x + [%s] %%}{%% endfor %%}";

  private static final List<String> BUILT = List.of(
      "range(99999) | list", "range(99999) | map('string') | list", "range(99999) | map('abs') | list",
      "range(99999) | map('batch', 1) | list", "range(99999) | batch(1) | list",
      "range(99999) | slice(99999) | list", "range(99999) | sort", "range(99999) | map('tojson') | list",
      "dict(range(99998) | batch(2))", "dict(range(99998) | batch(2)).items() | list",
      "('a' * 3000000) | list", "('a,' * 1500000).split(',')", "('a ' * 1500000).split()",
      "('a,' * 1500000).rsplit(',')", "('a\n' * 1500000).splitlines()", "[1] * 3999999",
      "'é😀' ~ 'a' * 3000000", "(label ~ 'x') * 900000", "((label ~ 'x') * 900000)[1:]",
      "('<' * 500000) | escape", "{}['a' * 3000000]", "d | items | list", "d.values() | list", "dict(d)",
      "namespace(d)", "range(99999) | select | list", "('a' * 3000000) | select | list",
      "(('a' * 99999) | list) | map(attribute=0) | list", "(['A' * 1000000] * 10000) | sort",
      "([1] * 3999999) | sort", "([['中' * 1000, '']] * 100000) | urlencode", "('中' * 3999999) | urlencode",
      "('\\u0001' * 3999999) | list | string", "'\\U0001f600' * 1900000", "[" + "{}, ".repeat(10_000) + "]",
      "[" + "[], ".repeat(10_000) + "]", "[" + "''.upper, ".repeat(10_000) + "]",
      "[" + "1 + 1000, ".repeat(10_000) + "]", "[" + "x, ".repeat(10_000) + "]",
      "['a' * 1000] * 3990 ~ ''" + " ~ ['a' * 1000] * 3990".repeat(1000));
  private static final ZonedDateTime NOW = ZonedDateTime.of(2025, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);

  @TempDir
  private Path folder;

  @Test
  void limitsComeBeforeTheMemoryIsFull() throws Exception {
    var log = folder.resolve("log");
    var status = ChildJvm.start(Program.class, log, List.of("-Xmx256m"), List.of()).waitFor();
    assertEquals(0, status, Files.readString(log));
  }

  /** Renders each of them. */
  static final class Program {
    private Program() {}

    /** Ends with an error where a template renders, or fails in another way than by a limit. */
    public static void main(String[] none) {
      for (var built : BUILT) {
        System.out.println(built);
        try {
          JinjaTemplate.parse("hostile", KEPT.formatted(built), Limits.DEFAULT)
              .render(Map.of("label", Str.of("a", 1)), NOW);
          throw new AssertionError("rendered");
        } catch (TemplateException refused) {
          assertEquals(ErrorKind.LIMIT, refused.kind(), refused.getMessage());
        }
      }
    }
  }
}
