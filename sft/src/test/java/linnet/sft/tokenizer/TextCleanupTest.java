package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TextCleanupTest {
  /** Part by part or at once, the text is the same. */
  @Property(tries = 3000)
  void partsMakeTheWhole(@ForAll("parts") List<String> parts) {
    var whole = new TextCleanup();
    String expected = whole.accept(String.join("", parts)) + whole.finish();
    var streamed = new TextCleanup();
    var text = new StringBuilder();
    parts.forEach(part -> text.append(streamed.accept(part)));
    assertEquals(expected, text.append(streamed.finish()).toString());
    assertEquals(python(String.join("", parts)), expected);
  }

  @Provide
  Arbitrary<List<String>> parts() {
    return Arbitraries.of(" ", "'", ".", ",", "?", "!", "n", "t", "m", "s", "ve", "re", "n't", "n", " n",
        " ' ",
        " x", "x", " '").list().ofMaxSize(16);
  }

  /** {@code clean_up_tokenization} of transformers' {@code tokenization_utils_base.py}. */
  private static String python(String text) {
    return text.replace(" .", ".").replace(" ?", "?").replace(" !", "!").replace(" ,", ",")
        .replace(" ' ", "'").replace(" n't", "n't").replace(" 'm", "'m").replace(" 's", "'s")
        .replace(" 've", "'ve").replace(" 're", "'re");
  }
}
