package linnet.examples.knights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The texts that the bundled model is pre-trained on: true, and without a solved puzzle. */
class IslandTextsTest {
  private static final List<String> TEXTS = texts(0, 5000);
  private static final Pattern DIALOGUE = Pattern.compile(
      "<\\|im_start\\|>user\\n(.*)<\\|im_end\\|>\\n<\\|im_start\\|>assistant\\n(.*)<\\|im_end\\|>\\n");
  private static final Pattern REMAINS = Pattern.compile("user\\n([^.]+)\\. Also ([^.]+)\\. What remains\\?<");
  private static final Pattern SAYING = Pattern.compile("(\\w+) says: ([^.,]+)\\. (\\w+) and (\\w+): what may be\\?");
  private static final Pattern FACTS = Pattern.compile(
      "(\\w+) is a (\\w+) and (\\w+) is a (\\w+)\\. (Can|If) (?:\\w+) says?: ([^?,]+)(?:, is it true)?\\?");

  private static List<String> texts(long seed, int count) {
    var texts = new IslandTexts(seed);
    return LongStream.range(0, count).mapToObj(texts::text).toList();
  }

  @Test
  void noneHoldsAPuzzle() {
    for (var text : TEXTS) {
      assertFalse(text.contains("who is what"), text);
      long speakers = Pattern.compile("\\bsays?: ").matcher(text).results().count();
      assertEquals(REMAINS.matcher(text).find() ? 0 : 1, speakers, text);
    }
  }

  /** Where a text asks what may be, it leaves at least two answers open: it never settles both kinds. */
  @Test
  void noneConcludesBothKindsFromAStatement() {
    var forms = new HashSet<String>();
    for (var text : TEXTS) {
      var dialogue = DIALOGUE.matcher(text);
      assertTrue(dialogue.matches(), text);
      var saying = SAYING.matcher(dialogue.group(1));
      if (REMAINS.matcher(text).find()) {
        forms.add("remains");
      } else if (saying.matches()) {
        forms.add("may be");
        assertTrue(dialogue.group(2).split(" or ").length >= 2, text);
      } else {
        forms.add(dialogue.group(2));
        assertTrue(List.of("Yes.", "No.").contains(dialogue.group(2)), text);
      }
    }
    assertEquals(4, forms.size(), "all forms occur");
  }

  @Test
  void whatTheySayIsTrue() {
    for (var text : TEXTS) {
      var dialogue = DIALOGUE.matcher(text);
      assertTrue(dialogue.matches(), text);
      var facts = FACTS.matcher(dialogue.group(1));
      var remains = REMAINS.matcher(text);
      if (remains.find()) {
        var common = new ArrayList<>(List.of(remains.group(1).split(" or ")));
        common.retainAll(List.of(remains.group(2).split(" or ")));
        assertEquals(common.isEmpty() ? "nothing." : String.join(" or ", common) + ".", dialogue.group(2), text);
      } else if (facts.matches()) {
        boolean self = facts.group(2).equals("knight");
        boolean isTrue = SpokenTruth.of(facts.group(6), facts.group(3), self, facts.group(4).equals("knight"));
        boolean yes = facts.group(5).equals("Can") ? isTrue == self : isTrue;
        assertEquals(yes ? "Yes." : "No.", dialogue.group(2), text);
      } else {
        assertTrue(SAYING.matcher(dialogue.group(1)).matches(), text);
        assertEquals(possibilities(dialogue.group(1)), dialogue.group(2), text);
      }
    }
  }

  private static String possibilities(String question) {
    var saying = SAYING.matcher(question);
    assertTrue(saying.matches());
    boolean speakerFirst = saying.group(3).equals(saying.group(1));
    var other = saying.group(speakerFirst ? 4 : 3);
    var possible = new ArrayList<String>();
    for (boolean first : new boolean[] {true, false}) {
      for (boolean second : new boolean[] {true, false}) {
        boolean self = speakerFirst ? first : second;
        if (SpokenTruth.of(saying.group(2), other, self, speakerFirst ? second : first) == self) {
          possible.add((first ? "knight" : "knave") + " " + (second ? "knight" : "knave"));
        }
      }
    }
    return String.join(" or ", possible) + ".";
  }
}
