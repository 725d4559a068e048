package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;

/** Merging with a heap gives what merging by its definition gives, in nearly linear time. */
class BpeModelTest {
  @Property
  void mergesAsTheDefinitionSays(@ForAll long seed,
      @ForAll @CharRange(from = 'a', to = 'd') @StringLength(max = 40) String word) {
    var tokens = new ArrayList<>(List.of("a", "b", "c", "d"));
    var pairs = new ArrayList<TokenPair>();
    var random = new Random(seed);
    for (int i = 0; i < 30; i++) {
      int left = random.nextInt(tokens.size());
      int right = random.nextInt(tokens.size());
      var pair = new TokenPair(tokens.get(left), tokens.get(right));
      if (!pairs.contains(pair)) {
        pairs.add(pair);
        if (!tokens.contains(pair.left() + pair.right())) {
          tokens.add(pair.left() + pair.right());
        }
      }
    }
    var vocabulary = new Vocabulary(tokens);
    var merges = BpeModel.resolve(vocabulary, pairs, "", "test");
    var model = new BpeModel(vocabulary, merges, BpeOptions.BYTE_LEVEL, "test");
    var merged = model.word(word, 0, word.length(), BpeModel.Units.BYTES);
    assertEquals(byDefinition(word, pairs), IntStream.of(merged.ids()).mapToObj(vocabulary::token).toList());
    assertArrayEquals(IntStream.range(0, merged.ids().length)
        .map(i -> merged.starts()[i] + vocabulary.token(merged.ids()[i]).length()).toArray(), merged.ends());
  }

  /** Cutting a text where no merge reaches across changes nothing, unknown characters or not. */
  @Property
  void partsBetweenBordersMergeAsTheWhole(@ForAll long seed, @ForAll boolean fuse,
      @ForAll @CharRange(from = 'a', to = 'h') @StringLength(max = 40) String text) {
    var tokens = new ArrayList<>(List.of("a", "b", "c", "d", "e", "?"));
    var pairs = new ArrayList<TokenPair>();
    var random = new Random(seed);
    for (int i = 0; i < random.nextInt(12); i++) {
      var pair = new TokenPair(tokens.get(random.nextInt(tokens.size())), tokens.get(random.nextInt(5)));
      pairs.add(pair);
      if (!tokens.contains(pair.left() + pair.right())) {
        tokens.add(pair.left() + pair.right());
      }
    }
    var vocabulary = new Vocabulary(tokens);
    var model = new BpeModel(vocabulary, BpeModel.resolve(vocabulary, pairs, "", "test"),
        new BpeOptions("?", fuse, false, false, "", ""), "test");
    var parts = new ArrayList<Integer>();
    for (int start = 0; start < text.length(); ) {
      int end = model.borders().next(text, start, text.length());
      for (int id : model.word(text, start, end, BpeModel.Units.CHARACTERS).ids()) {
        parts.add(id);
      }
      start = end;
    }
    assertEquals(IntStream.of(model.word(text, 0, text.length(), BpeModel.Units.CHARACTERS).ids()).boxed()
        .toList(), parts);
  }

  private static List<String> byDefinition(String word, List<TokenPair> pairs) {
    var symbols = new ArrayList<String>();
    word.chars().forEach(c -> symbols.add(Character.toString(c)));
    while (true) {
      int best = -1;
      int rank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int r = pairs.indexOf(new TokenPair(symbols.get(i), symbols.get(i + 1)));
        if (r >= 0 && r < rank) {
          best = i;
          rank = r;
        }
      }
      if (best < 0) {
        return symbols;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
  }

  @Example
  void aWordOfHundredsOfThousandsOfCharactersTakesNoMinutes() {
    var tokenizer = new BpeTrainer(300, 1, ByteLevelScheme.GPT2, List.of()).train(
        Stream.of("abcabcabdabcabcabd".repeat(4)));
    String word = "abcabcabd".repeat(40_000);
    var encoding = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> tokenizer.encode(word));
    assertEquals(word.length(), encoding.ends()[encoding.size() - 1]);
    assertEquals(word, tokenizer.decode(encoding.ids()));
  }
}
