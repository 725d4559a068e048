package linnet.sft.template;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code add_generation_prompt} adds to a text: the header of an assistant's turn, and sometimes more
 * that only a new turn gets, such as {@code <think>}.
 *
 * @param text the added text, without white space at its beginning; empty where a template adds nothing
 */
record GenerationPrompt(String text) {
  /** Trims white space that stands before a header, where templates put it into the turn before. */
  GenerationPrompt {
    text = text.stripLeading();
  }

  /**
   * What a text has that the same without a prompt lacks.
   *
   * @param with the text with a generation prompt
   * @param without the text without one
   * @return the prompt; nothing where more than white space follows it, so that a model could not go on
   */
  static Optional<GenerationPrompt> between(String with, String without) {
    var same = common(with, 0, without, 0);
    var rest = with.length() - same;
    var end = 0;
    while (end < Math.min(rest, without.length() - same)
        && with.charAt(with.length() - 1 - end) == without.charAt(without.length() - 1 - end)) {
      end++;
    }
    if (same + end < without.length()) { // the closed text ends in something else, such as a stop token
      return Optional.of(new GenerationPrompt(with.substring(whole(with, same))));
    }
    return with.substring(with.length() - end).isBlank()
        ? Optional.of(new GenerationPrompt(with.substring(same))) : Optional.empty();
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  /**
   * Where a turn departs from this prompt: behind the prompt, or behind as much of it as the turn begins with
   * where its rest is only for new turns. A part counts if it holds a word and ends neither within a word nor
   * within a mark such as {@code <think>}.
   *
   * @param all the rendered conversation
   * @param from where the turn's header can begin
   * @param content where the turn's content begins; the header lies before it
   * @return the offset; nothing where the prompt, or the longest part of it, occurs never or more than once
   */
  OptionalInt departure(String all, int from, int content) {
    var first = all.indexOf(text, from);
    if (first >= 0 && first + text.length() <= content) {
      var second = all.indexOf(text, first + 1);
      return second < 0 || second + text.length() > content ? OptionalInt.of(first + text.length())
          : OptionalInt.empty();
    }
    var longest = 0;
    var end = OptionalInt.empty();
    for (var at = all.indexOf(text.charAt(0), from); at >= 0 && at < content;
        at = all.indexOf(text.charAt(0), at + 1)) {
      var length = whole(text, common(all, at, text, 0));
      if (length > longest && hasWord(text.substring(0, length))) {
        longest = length;
        end = OptionalInt.of(at + length);
      } else if (length == longest) {
        end = OptionalInt.empty();
      }
    }
    return end;
  }

  /** How many characters two texts share from two offsets on. */
  private static int common(String a, int from, String b, int start) {
    var length = 0;
    while (from + length < a.length() && start + length < b.length()
        && a.charAt(from + length) == b.charAt(start + length)) {
      length++;
    }
    return length;
  }

  /** The longest part of a text's first characters that ends neither within a mark nor within a word. */
  private static int whole(String text, int length) {
    var end = length;
    while (end > 0 && end < text.length() && isWord(text.charAt(end - 1)) && isWord(text.charAt(end))) {
      end--;
    }
    var open = Math.max(text.lastIndexOf('<', end - 1), text.lastIndexOf('[', end - 1));
    return open >= 0 && text.indexOf(text.charAt(open) == '<' ? '>' : ']', open) >= end ? open : end;
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  static boolean hasWord(String part) {
    return part.chars().anyMatch(Character::isLetterOrDigit);
  }
}
