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
    return parts(BYTES, specials, ids);
  }

  private static List<String> parts(Tokenizer tokenizer, Specials specials, int... ids) {
    var decoder = tokenizer.decoder(specials);
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

  /** A byte that comes later may be wrong, and then all of its run is. */
  @Test
  void aRunOfFallbackBytesComesWithTheTokenBehindIt() {
    var llama = Tokenizer.load(GoldenCases.folder("families/llama2"));
    var ids = llama.encode("中é a").ids();
    int a = ids[ids.length - 1];
    assertEquals(List.of("", "", "", "", "", "", "中é a", ""), parts(llama, Specials.KEEP, ids));
    assertEquals(List.of("", "", "\ufffd\ufffd a", " a", ""),
        parts(llama, Specials.KEEP, ids[1], ids[2], a, a));
    assertEquals(List.of("", "", "", "\ufffd\ufffd\ufffd"), parts(llama, Specials.KEEP, ids[1], ids[2], 0x41 + 3));
    assertEquals("中é a", llama.decode(ids));
  }

  /** The space that encoding added is dropped at the start of the text alone. */
  @Test
  void theFirstSpaceIsDropped() {
    var llama = Tokenizer.load(GoldenCases.folder("families/llama2"));
    int the = llama.id("▁the").orElseThrow();
    assertEquals(List.of("the", " the", ""), parts(llama, Specials.SKIP, the, the));
    assertEquals(List.of("", "the", ""), parts(llama, Specials.SKIP, 1, the));
  }

  @Test
  void specialTokensAreTextOrNothing() {
    int a = BYTES.encode("a").ids()[0];
    assertEquals(List.of("a", "<|end|>", "a", ""), parts(Specials.KEEP, a, 0, a));
    assertEquals(List.of("a", "", "a", ""), parts(Specials.SKIP, a, 0, a));
    assertEquals(List.of("", ""), parts(Specials.KEEP, 99_999));
  }
}
