package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {
  private static final List<String> SPECIALS = List.of("<|endoftext|>", "<|im_start|>");

  /** The texts and the model that the tokenizers library learns from them: see {@code bpe_trainer.py}. */
  @Test
  void learnsWhatThePythonLibraryLearns() {
    var golden = JsonCursor.read(GoldenCases.folder("trainer").resolve("trained.json"));
    var texts = golden.at("texts").elements().stream().map(JsonCursor::asString).toList();
    for (var expected : golden.at("models").elements()) {
      var trainer = new BpeTrainer(expected.at("vocab_size").asInt(), expected.at("min_frequency").asInt(),
          ByteLevelScheme.of(expected.at("pre").asString()).orElseThrow(), SPECIALS);
      var model = JsonCursor.of(ModelJson.write(trainer.train(texts.stream()).parts().model()), "trained");
      assertEquals(expected.at("merges").value(), model.at("merges").value());
      assertEquals(expected.at("vocab").asObject().members(), model.at("vocab").asObject().members());
    }
  }

  @Test
  void theOrderOfTheTextsDoesNotMatter() {
    var random = new Random(7);
    var texts = IntStream.range(0, 200).mapToObj(_ -> random.ints(30, 0, 4)
        .mapToObj(i -> List.of("aa", "ab", "b", " ").get(i)).reduce("", String::concat))
        .collect(Collectors.toList());
    var trainer = new BpeTrainer(400, 2, ByteLevelScheme.GPT2, SPECIALS);
    var first = ModelJson.write(trainer.train(texts.stream()).parts().model());
    Collections.shuffle(texts, random);
    assertEquals(first, ModelJson.write(trainer.train(texts.stream()).parts().model()));
  }

  @Test
  void ofEquallyFrequentPairsTheLowerIdsMergeFirst() {
    var tokenizer = new BpeTrainer(258, 1, ByteLevelScheme.GPT2, List.of()).train(Stream.of("cd", "ab"));
    assertEquals(Optional.of("ab"), tokenizer.token(256));
    assertEquals(Optional.of("cd"), tokenizer.token(257));
  }

  @Test
  void rarePairsDoNotMerge() {
    var trainer = new BpeTrainer(1000, 3, ByteLevelScheme.GPT2, List.of());
    var trained = trainer.train(Stream.of("xy", "xy", "ab", "ab", "ab"));
    assertEquals(257, trained.vocabularySize());
    assertTrue(trained.id("ab").isPresent());
  }

  @Test
  void specialTokensInTheTextsAreNotLearntFrom() {
    var trained = new BpeTrainer(400, 2, ByteLevelScheme.GPT2, SPECIALS).train(
        Stream.of("<|im_start|>".repeat(50), "<|im_start|>no<|endoftext|>no"));
    assertTrue(trained.id("im").isEmpty());
    assertTrue(trained.id("no").isPresent());
    assertEquals(1, trained.encode("<|im_start|>").ids()[0]);
  }

  @Test
  void refusesSizesThatCannotBe() {
    assertEquals("vocabulary size: found 257, expected at least 258: 256 bytes and the special tokens",
        assertThrows(TokenizerException.class,
            () -> new BpeTrainer(257, 2, ByteLevelScheme.GPT2, SPECIALS)).getMessage());
    assertThrows(TokenizerException.class, () -> new BpeTrainer(300, 0, ByteLevelScheme.GPT2, SPECIALS));
    assertThrows(TokenizerException.class,
        () -> new BpeTrainer(300, 1, ByteLevelScheme.GPT2, List.of("a", "a")));
  }
}
