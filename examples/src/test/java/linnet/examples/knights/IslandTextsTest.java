package linnet.examples.knights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The texts that the bundled model is pre-trained on: true, and without a solved puzzle. */
class IslandTextsTest {
  private static final List<String> TEXTS = texts(0, 5000);
  private static final Pattern DIALOGUE = Pattern.compile(
      "<\\|im_start\\|>user\\n(.*)<\\|im_end\\|>\\n<\\|im_start\\|>assistant\\n(.*)<\\|im_end\\|>\\n");
  private static final Pattern MEETS = Pattern.compile("([^.]+)\\. Also ([^.]+)\\. What remains\\?");
  private static final Pattern MAY_BE = Pattern.compile("(\\w+) says: ([^.,]+)\\. (\\w+) and (\\w+): what may be\\?");
  private static final Pattern REMAINS = Pattern.compile(
      "(?:(kn[^.]+)\\. )?(\\w+) says: ([^.,]+)\\.(?: Also ([^.]+)\\.)? (\\w+) and (\\w+): what remains\\?");
  private static final Pattern FACTS = Pattern.compile(
      "(\\w+) is a (\\w+) and (\\w+) is a (\\w+)\\. (Can|If) (?:\\w+) says?: ([^?,]+)(?:, is it true)?\\?");

  private static List<String> texts(long seed, int count) {
    var texts = new IslandTexts(seed);
    return LongStream.range(0, count).mapToObj(texts::text).toList();
  }

  private record Dialogue(String question, String answer) {
    static Dialogue of(String text) {
      var dialogue = DIALOGUE.matcher(text);
      assertTrue(dialogue.matches(), text);
      return new Dialogue(dialogue.group(1), dialogue.group(2));
    }
  }

  @Test
  void noneHoldsAPuzzle() {
    for (var text : TEXTS) {
      assertFalse(text.contains("who is what"), text);
      long speakers = Pattern.compile("\\bsays?: ").matcher(text).results().count();
      assertEquals(MEETS.matcher(Dialogue.of(text).question()).matches() ? 0 : 1, speakers, text);
    }
  }

  /** Where a text asks what a statement leaves possible, the statement leaves at least two answers open. */
  @Test
  void noStatementSettlesBothKinds() {
    for (var text : TEXTS) {
      var dialogue = Dialogue.of(text);
      if (MAY_BE.matcher(dialogue.question()).matches()) {
        assertTrue(dialogue.answer().split(" or ").length >= 2, text);
      } else if (REMAINS.matcher(dialogue.question()).matches()) {
        for (var list : dialogue.answer().split("\\. So ")[0].split("\\. Also ")) {
          assertTrue(list.split(" or ").length >= 2, text);
        }
      }
    }
  }

  @Test
  void whatTheySayIsTrue() {
    var forms = new HashSet<String>();
    for (var text : TEXTS) {
      var dialogue = Dialogue.of(text);
      var meets = MEETS.matcher(dialogue.question());
      var mayBe = MAY_BE.matcher(dialogue.question());
      var remains = REMAINS.matcher(dialogue.question());
      var facts = FACTS.matcher(dialogue.question());
      if (facts.matches()) {
        boolean self = facts.group(2).equals("knight");
        boolean isTrue = SpokenTruth.of(facts.group(6), facts.group(3), self, facts.group(4).equals("knight"));
        boolean yes = facts.group(5).equals("Can") ? isTrue == self : isTrue;
        assertEquals(yes ? "Yes." : "No.", dialogue.answer(), text);
        forms.add(facts.group(5) + yes);
      } else if (meets.matches()) {
        assertEquals(common(meets.group(1), meets.group(2)) + ".", dialogue.answer(), text);
        forms.add("meets");
      } else if (mayBe.matches()) {
        assertEquals(possible(mayBe.group(1), mayBe.group(2), mayBe.group(3), mayBe.group(4)) + ".",
            dialogue.answer(), text);
        forms.add("may be");
      } else {
        assertTrue(remains.matches(), text);
        var said = possible(remains.group(2), remains.group(3), remains.group(5), remains.group(6));
        var lists = remains.group(1) == null
            ? List.of(said, remains.group(4)) : List.of(remains.group(1), said);
        assertEquals("%s. Also %s. So %s.".formatted(lists.get(0), lists.get(1), common(lists.get(0), lists.get(1))),
            dialogue.answer(), text);
        forms.add(remains.group(1) == null ? "statement first" : "list first");
      }
    }
    assertEquals(Set.of("Cantrue", "Canfalse", "Iftrue", "Iffalse", "meets", "may be", "statement first",
        "list first"), forms);
  }

  private static String common(String one, String two) {
    var common = new ArrayList<>(List.of(one.split(" or ")));
    common.retainAll(List.of(two.split(" or ")));
    return common.isEmpty() ? "nothing" : String.join(" or ", common);
  }

  /** What {@code says} leaves possible of the pair that is asked about, one of which is the speaker. */
  private static String possible(String speaker, String says, String one, String two) {
    boolean speakerFirst = one.equals(speaker);
    assertTrue(speakerFirst || two.equals(speaker));
    var possible = new ArrayList<String>();
    for (boolean first : new boolean[] {true, false}) {
      for (boolean second : new boolean[] {true, false}) {
        boolean self = speakerFirst ? first : second;
        if (SpokenTruth.of(says, speakerFirst ? two : one, self, speakerFirst ? second : first) == self) {
          possible.add((first ? "knight" : "knave") + " " + (second ? "knight" : "knave"));
        }
      }
    }
    return String.join(" or ", possible);
  }
}
