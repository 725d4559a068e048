package linnet.nn.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import linnet.nn.io.ModelFormatException;
import org.junit.jupiter.api.Test;

class ErrorTextTest {
  @Test
  void longMessagesKeepTheirEnds() {
    var error = new ModelFormatException("model.gguf", "k".repeat(100_000), "found 1, expected 2");
    var message = error.getMessage();
    assertEquals(1500, message.length());
    assertEquals("model.gguf: k", message.substring(0, 13));
    assertEquals("k: found 1, expected 2", message.substring(1500 - 22));
  }

  @Test
  void controlCharactersAreShown() {
    assertEquals("a\\u0000\\u001b[31m\\u0085é\n\t中", ErrorText.bounded("a\0\u001b[31m\u0085é\n\t中"));
    assertEquals(1500, ErrorText.bounded("\0".repeat(10_000)).length());
    assertEquals("\\u202eabc\\u2028\\ud83d", ErrorText.bounded("\u202eabc\u2028\ud83d"));
    assertEquals("👩\u200d💻", ErrorText.bounded("👩\u200d💻"));
    for (int before = 0; before < 2; before++) {
      var cut = ErrorText.bounded("a".repeat(before) + "😀".repeat(2000));
      assertEquals(cut, ErrorText.bounded(cut));
    }
    assertEquals("as it is", ErrorText.bounded("as it is"));
  }
}
