package linnet.sft.tokenizer;

import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Normalises text to a Unicode form and finds what each character of the result stands for, by the
 * rule of the {@code tokenizers} library: a character that replaces several stands for the first of them,
 * those that replace one all stand for that one.
 *
 * <p>The text is cut where normalisation cannot reach across, before each character whose decomposition
 * starts with neither a mark nor another character that composes with the one before it.
 */
final class UnicodeAlignment {
  private final AlignedText text;
  private final Normalizer.Form form;
  private final Normalizer.Form decomposition;

  UnicodeAlignment(AlignedText text, Normalizer.Form form) {
    this.text = text;
    this.form = form;
    this.decomposition = switch (form) {
      case NFC, NFD -> Normalizer.Form.NFD;
      case NFKC, NFKD -> Normalizer.Form.NFKD;
    };
  }

  AlignedText normalized() {
    var out = new AlignedText.Builder(text.length());
    String chars = text.chars();
    for (int from = 0; from < chars.length(); ) {
      int to = from + Character.charCount(chars.codePointAt(from));
      while (to < chars.length() && joinsPrevious(chars.codePointAt(to))) {
        to += Character.charCount(chars.codePointAt(to));
      }
      normalize(from, to, out);
      from = to;
    }
    return out.build();
  }

  private boolean joinsPrevious(int c) {
    if (c < 0x300) {
      return false;
    }
    int first = decompose(c).codePointAt(0);
    boolean jamo = first >= 0x1161 && first <= 0x11C2;
    boolean kiratRaiVowel = first >= 0x16D63 && first <= 0x16D6A;
    return Characters.isMark(first) || jamo || kiratRaiVowel;
  }

  private void normalize(int from, int to, AlignedText.Builder out) {
    String before = text.chars().substring(from, to);
    String after = Normalizer.normalize(before, form);
    if (after.equals(before)) {
      out.copy(text, from, to);
      return;
    }
    var units = new ArrayList<Integer>();
    var waiting = new HashMap<Integer, ArrayDeque<Boolean>>();
    for (int i = from; i < to; ) {
      int c = text.chars().codePointAt(i);
      units.add(i);
      boolean first = true;
      for (int part : decompose(c).codePoints().toArray()) {
        waiting.computeIfAbsent(part, _ -> new ArrayDeque<>()).add(first);
        first = false;
      }
      i += Character.charCount(c);
    }
    append(after, units, waiting, out);
  }

  /**
   * Appends the result. Each of its characters consumes the parts that it is composed of; the parts that
   * came first in their source character say how many source characters it takes the place of.
   */
  private void append(String after, List<Integer> units, HashMap<Integer, ArrayDeque<Boolean>> waiting,
      AlignedText.Builder out) {
    int consumed = 0;
    for (int c : after.codePoints().toArray()) {
      int replaced = 0;
      for (int part : decompose(c).codePoints().toArray()) {
        replaced += waiting.get(part).poll() ? 1 : 0;
      }
      int source = units.get(Math.clamp(replaced > 0 ? consumed : consumed - 1, 0, units.size() - 1));
      out.append(Character.toString(c), text.start(source), text.end(source));
      consumed += replaced;
    }
  }

  private String decompose(int c) {
    return Normalizer.normalize(Character.toString(c), decomposition);
  }
}
