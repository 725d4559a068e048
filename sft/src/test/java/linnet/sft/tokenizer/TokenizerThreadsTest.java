package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One tokenizer, many threads: the words that they push out of each other's cache change nothing. */
class TokenizerThreadsTest {
  @Test
  void threadsAgreeWithEachOther() throws InterruptedException, ExecutionException {
    var trainer = new BpeTrainer(500, 1, ByteLevelScheme.GPT2, List.of("<|end|>"));
    var texts = IntStream.range(0, 4000)
        .mapToObj(i -> "word" + i * 7919 + " <|end|>the café" + i % 13).toList();
    var tokenizer = trainer.train(texts.stream().limit(50));
    var alone = trainer.train(texts.stream().limit(50));
    var expected = texts.stream().map(alone::encode).toList();
    try (var pool = Executors.newFixedThreadPool(8)) {
      var results = Stream.generate(() -> pool.submit(() -> texts.stream().map(tokenizer::encode).toList()))
          .limit(16).toList();
      for (var result : results) {
        assertEquals(expected, result.get());
      }
    }
  }
}
