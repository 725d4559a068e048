package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

/** The hand-coded words are those of the regular expressions. */
class WordPatternTest {
  @Property(tries = 3000)
  @Domain(Texts.class)
  void cutsAsTheExpressionDoes(@ForAll String text) {
    for (String regex : List.of(WordPattern.GPT2, WordPattern.LLAMA3, WordPattern.QWEN2)) {
      assertEquals(words(new Delimiter.Regex(OnigurumaRegex.compile(regex)), text),
          words(Delimiter.regex(regex), text), regex);
    }
  }

  @Example
  void knowsItsExpressionsAndCompilesOthers() {
    assertInstanceOf(Delimiter.Words.class, Delimiter.regex(WordPattern.QWEN2));
    assertInstanceOf(Delimiter.Regex.class, Delimiter.regex("\\p{N}"));
  }

  @Example
  void translatesNamesThatJavaWritesDifferently() {
    assertEquals(List.of("中文", "ab", "1F"),
        words(new Delimiter.Regex(OnigurumaRegex.compile("\\p{Han}+|\\P{^Latin}{2}|\\h+")), "中文ab1F"));
  }

  @Example
  void keepsFlagsOfThePatternUnicodeAware() {
    Pattern digits = OnigurumaRegex.compile("\\d\\s");
    assertTrue(digits.matcher("٣\u2003").matches());
  }

  private static List<String> words(Delimiter delimiter, String text) {
    var words = new ArrayList<String>();
    delimiter.split(AlignedText.of(text), 0, text.length(), SplitBehavior.ISOLATED, false,
        (t, from, to) -> words.add(t.chars().substring(from, to)));
    return words;
  }
}
