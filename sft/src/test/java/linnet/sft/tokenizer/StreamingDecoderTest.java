package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StreamingDecoderTest {
  private static final Tokenizer BYTES =
      new BpeTrainer(257, 1, ByteLevelScheme.GPT2, List.of("<|end|>")).train(Stream.of());

  private static List<String> parts(Specials specials, int... ids) {
    var decoder = BYTES.decoder(specials);
    var parts = new ArrayList<String>();
    Arrays.stream(ids).forEach(id -> parts.add(decoder.accept(id)));
    parts.add(decoder.finish());
    return parts;
  }

  @Test
  void aCharacterComesWithItsLastByte() {
    assertEquals(List.of("a", "", "", "", "😀", "", "é", "b", ""),
        parts(Specials.KEEP, BYTES.encode("a😀éb").ids()));
  }

  @Test
  void whatNeverBecomesACharacterIsReplaced() {
    var emoji = BYTES.encode("😀").ids();
    int a = BYTES.encode("a").ids()[0];
    assertEquals(List.of("", "", "\ufffda", ""), parts(Specials.KEEP, emoji[0], emoji[1], a));
    assertEquals(List.of("", "", "\ufffd"), parts(Specials.KEEP, emoji[0], emoji[1]));
  }

  @Test
  void specialTokensAreTextOrNothing() {
    int a = BYTES.encode("a").ids()[0];
    assertEquals(List.of("a", "<|end|>", "a", ""), parts(Specials.KEEP, a, 0, a));
    assertEquals(List.of("a", "", "a", ""), parts(Specials.SKIP, a, 0, a));
    assertEquals(List.of("", ""), parts(Specials.KEEP, 99_999));
  }
}
