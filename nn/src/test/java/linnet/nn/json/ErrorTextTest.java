package linnet.nn.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  void noCharacterIsCutInHalves() {
    for (int before = 0; before < 2; before++) {
      var cut = ErrorText.bounded("a".repeat(before) + "😀".repeat(2000));
      assertTrue(cut.length() >= 1498 && cut.length() <= 1500, () -> "length " + cut.length());
      assertEquals(0, cut.codePoints().filter(c -> Character.getType(c) == Character.SURROGATE).count());
    }
    assertEquals("as it is", ErrorText.bounded("as it is"));
  }
}
