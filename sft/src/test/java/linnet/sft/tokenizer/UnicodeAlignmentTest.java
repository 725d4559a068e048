package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer.Form;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

@Domain(Texts.class)
@Domain(DomainContext.Global.class)
class UnicodeAlignmentTest {
  @Property
  void theTextIsThatOfTheJdkAndRangesRise(@ForAll String text, @ForAll Form form) {
    var normalized = new UnicodeAlignment(AlignedText.of(text), form).normalized();
    assertEquals(java.text.Normalizer.normalize(text, form), normalized.chars());
    for (int i = 1; i < normalized.length(); i++) {
      assertTrue(normalized.start(i) >= normalized.start(i - 1) && normalized.end(i) <= text.length());
    }
  }

  @Example
  void marksThatComposeInAnotherOrderThanTheyStand() {
    // Dot below (class 220) sorts before acute (230), so the acute, which stands first, composes last.
    var text = AlignedText.of("xe\u0301\u0323y");
    var normalized = new UnicodeAlignment(text, Form.NFC).normalized();
    assertEquals("x\u1eb9\u0301y", normalized.chars());
    assertEquals(1, normalized.start(1));
    assertEquals(2, normalized.end(1));
    assertEquals(4, normalized.start(3));
  }
}
