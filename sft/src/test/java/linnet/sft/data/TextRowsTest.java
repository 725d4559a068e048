package linnet.sft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.sft.tokenizer.BpeTrainer;
import linnet.sft.tokenizer.ByteLevelScheme;
import linnet.sft.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;

/** Plain texts as rows. */
class TextRowsTest {
  /** A token for each byte. */
  private static final Tokenizer BYTES =
      new BpeTrainer(256, 2, ByteLevelScheme.GPT2, List.of()).train(Stream.of("a"));

  private static EncodedData encode(int maxLength, String... texts) {
    return TextRows.encode(IntStream.range(0, texts.length)
        .mapToObj(i -> new TextRows.Text(texts[i], "t.jsonl", i + 1)).toList(), BYTES, maxLength);
  }

  @Test
  void everyTokenButTheFirstIsATarget() {
    var row = encode(8, "abc").rows().getFirst();
    assertEquals("{1, 2}", row.trained().toString());
    assertEquals("abc", BYTES.decode(row.ids()));
  }

  @Test
  void textsWithoutATargetAreDroppedByLineAndLongOnesAreCounted() {
    var data = encode(3, "", "a", "abc", "abcde");
    assertEquals(List.of(3L, 4L), data.rows().stream().map(EncodedRow::line).toList());
    assertEquals(List.of(new EncodedData.Dropped(1, "its text is empty"),
        new EncodedData.Dropped(2, "its text is a single token, which nothing predicts")), data.dropped());
    assertEquals(1, data.truncated());
    assertEquals("abc", BYTES.decode(data.rows().getLast().ids()));
  }

  @Test
  void dataWithoutATargetIsRefused() {
    var error = assertThrows(DataException.class, () -> encode(8, "", "a"));
    assertEquals("t.jsonl: none of the 2 rows has a token to train; line 1: its text is empty",
        error.getMessage());
  }

  @Test
  void aLengthWithoutRoomForATargetIsRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> encode(1, "abc"));
    assertTrue(error.getMessage().contains("found 1 tokens, expected at least 2"), error.getMessage());
  }
}
