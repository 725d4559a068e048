package linnet.sft.template;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import linnet.sft.Damage;
import linnet.sft.template.jinja.TemplateException;
import org.junit.jupiter.api.Test;

/** Published templates with letters and words damaged render, or fail with the documented exceptions. */
class DamagedTemplateTest {
  private static final String SIGNS = "{}%#-+|()[]'\"\\.,:~*/= \n019ansé";

  private static final String[] WORDS = {"{{", "}}", "{%", "%}", "{%-", "-%}", "for", "endfor", "if", "endif",
      "else", "set", "namespace", "macro", "endmacro", "generation", "endgeneration", "not", "is", "in",
      "and", "loop", "messages", "message", "content", "role", "tools", "range(9999)", "none", "true", "''",
      "[]", "{}", "1", "-1", "99999", "| tojson", "| trim", "| length", "| list", "| join", "| first", "| last",
      "[0]",
      "[1:]", "[::-1]", ".items()", ".split('\\n')", ".strip()", "* 99", "~ x", "+", "raise_exception('x')"};

  @Test
  void damageGivesTheDocumentedExceptionsOrAText() {
    var cases = GoldenTemplateTest.cases().toList();
    for (int seed = 0; seed < Damage.COUNT; seed++) {
      var random = new Random(seed);
      var one = cases.get(random.nextInt(cases.size()));
      try {
        var source = damaged(one.chatTemplate().source(), random);
        var template = ChatTemplate.parse("damaged", source, one.chatTemplate().specialTokens());
        template.render(one.request());
        template.renderForTraining(one.request());
      } catch (TemplateException | UndeterminedTurnException documented) {
        Damage.requireMessage(seed, documented);
      } catch (Throwable wrong) {
        throw new AssertionError(one + ", seed " + seed, wrong);
      }
    }
  }

  /** Words put in the place of others, or a few bytes changed. */
  private static String damaged(String source, Random random) {
    var text = new StringBuilder(source);
    for (int n = random.nextInt(4); n > 0; n--) {
      int from = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), from + random.nextInt(random.nextInt(8) == 0 ? 200 : 9));
      text.replace(from, to, " " + WORDS[random.nextInt(WORDS.length)] + " ");
    }
    var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return new String(random.nextInt(3) == 0 ? Damage.text(bytes, SIGNS, random) : bytes,
        StandardCharsets.UTF_8);
  }
}
