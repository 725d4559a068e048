package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Special tokens are not found in what is content; other added tokens are. */
class ContentTokensTest {
  private static final int STOP = 256;
  private static final int THINK = 257;

  /** A token for each byte, a special one, and an added one that is not special. */
  private static Tokenizer tokenizer(boolean normalized) {
    var bytes = new BpeTrainer(256, 2, ByteLevelScheme.GPT2, List.of()).train(Stream.of("a"));
    var parts = bytes.parts();
    var added = List.of(new AddedToken(STOP, "<stop>", false, false, false, normalized, true),
        new AddedToken(THINK, "<think>", false, false, false, normalized, false));
    return new Tokenizer(new TokenizerParts(added, new Normalizer.Lowercase(), parts.preTokenizer(),
        parts.model(), parts.postProcessor(), parts.decoder()), bytes.config());
  }

  /** The tokens, added ones in brackets; content is what stands between braces. */
  private static String tokens(boolean normalized, String marked) {
    var content = new BitSet();
    var text = new StringBuilder();
    var inside = false;
    for (var c : marked.toCharArray()) {
      if (c == '{' || c == '}') {
        inside = c == '{';
      } else {
        content.set(text.length(), inside);
        text.append(c);
      }
    }
    var tokenizer = tokenizer(normalized);
    return Arrays.stream(tokenizer.encode(text.toString(), content).ids())
        .mapToObj(id -> id >= STOP ? "[" + tokenizer.decode(id) + "]" : tokenizer.decode(id))
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onlyOutsideOfContentTheyAreFound(boolean normalized) {
    assertEquals("[<stop>]a<stop>b[<stop>]", tokens(normalized, "<stop>{a<stop>b}<stop>"));
    assertEquals("a[<think>]b", tokens(normalized, "{a<think>b}"));
    assertEquals("<stop>", tokens(normalized, "<st{op>}"));
    assertEquals("<stop>[<stop>]", tokens(normalized, "{<s}top><stop>"));
  }
}
