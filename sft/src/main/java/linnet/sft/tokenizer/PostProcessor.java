package linnet.sft.tokenizer;

import java.util.List;
import java.util.SequencedMap;
import java.util.function.IntFunction;

/**
 * What happens to a text's tokens at the end. The records are the types of {@code tokenizer.json} of the
 * same names.
 */
sealed interface PostProcessor {
  /** The ids that go before a text that is encoded with special tokens. */
  default List<Integer> before() {
    return List.of();
  }

  /** The ids that go after it. */
  default List<Integer> after() {
    return List.of();
  }

  /** Whether a template says what goes around a text. */
  default boolean hasTemplate() {
    return false;
  }

  /** Whether {@link #offsets} changes any. */
  default boolean trims() {
    return false;
  }

  /**
   * The offsets into a text, changed where the processor does so; {@code tokens} gives the i-th token as the
   * vocabulary writes it.
   */
  default Encoding offsets(Encoding encoding, String text, IntFunction<String> tokens) {
    return encoding;
  }

  /** One after the other. */
  record Sequence(List<PostProcessor> parts) implements PostProcessor {
    public Sequence {
      parts = List.copyOf(parts);
    }

    @Override
    public List<Integer> before() {
      return parts.reversed().stream().flatMap(part -> part.before().stream()).toList();
    }

    @Override
    public List<Integer> after() {
      return parts.stream().flatMap(part -> part.after().stream()).toList();
    }

    @Override
    public boolean hasTemplate() {
      return parts.stream().anyMatch(PostProcessor::hasTemplate);
    }

    @Override
    public boolean trims() {
      return parts.stream().anyMatch(PostProcessor::trims);
    }

    @Override
    public Encoding offsets(Encoding encoding, String text, IntFunction<String> tokens) {
      var result = encoding;
      for (var part : parts) {
        result = part.offsets(result, text, tokens);
      }
      return result;
    }
  }

  /** Leaves white space at either end of a token out of its range, if asked to. */
  record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PostProcessor {
    private static final char SPACE = ByteAlphabet.toChar(' ');

    @Override
    public boolean trims() {
      return trimOffsets;
    }

    @Override
    public Encoding offsets(Encoding encoding, String text, IntFunction<String> tokens) {
      if (!trimOffsets) {
        return encoding;
      }
      var starts = encoding.starts().clone();
      var ends = encoding.ends().clone();
      for (int i = 0; i < starts.length; i++) {
        String token = tokens.apply(i);
        int leading = leadingSpaces(token);
        int trailing = leadingSpaces(new StringBuilder(token).reverse());
        // A space that was added before the first word is not part of the text, so it is not left out.
        boolean added = addPrefixSpace && leading == 1 && (i == 0 || starts[i] == 0);
        for (int n = added ? 0 : leading; n > 0 && starts[i] < ends[i]; n--) {
          starts[i] = text.offsetByCodePoints(starts[i], 1);
        }
        for (int n = ends[i] >= trailing ? trailing : 0; n > 0 && starts[i] < ends[i]; n--) {
          ends[i] = text.offsetByCodePoints(ends[i], -1);
        }
      }
      return new Encoding(encoding.ids(), starts, ends);
    }

    private static int leadingSpaces(CharSequence token) {
      int count = 0;
      while (count < token.length()
          && (token.charAt(count) == SPACE || Characters.isSpace(token.charAt(count)))) {
        count++;
      }
      return count;
    }
  }

  /** A token before a text and one behind it, as {@code BertProcessing} has it. */
  record Bert(Named sep, Named cls) implements PostProcessor {
    @Override
    public List<Integer> before() {
      return List.of(cls.id());
    }

    @Override
    public List<Integer> after() {
      return List.of(sep.id());
    }
  }

  /** The same, with trimmed offsets if asked to, as {@code RobertaProcessing} has it. */
  record Roberta(Named sep, Named cls, boolean trimOffsets, boolean addPrefixSpace) implements PostProcessor {
    @Override
    public List<Integer> before() {
      return List.of(cls.id());
    }

    @Override
    public List<Integer> after() {
      return List.of(sep.id());
    }

    @Override
    public boolean trims() {
      return trimOffsets;
    }

    @Override
    public Encoding offsets(Encoding encoding, String text, IntFunction<String> tokens) {
      return new ByteLevel(addPrefixSpace, trimOffsets, true).offsets(encoding, text, tokens);
    }
  }

  /** A token with its id. */
  record Named(String token, int id) {}

  /** Puts special tokens around a text. */
  record Template(List<Item> single, List<Item> pair, SequencedMap<String, Special> specials)
      implements PostProcessor {
    /** A part of the template: a sequence ({@code A} or {@code B}) or a special token. */
    record Item(boolean sequence, String id, int typeId) {}

    /** A special token of the template: the tokens that it stands for. */
    record Special(List<Integer> ids, List<String> tokens) {}

    @Override
    public List<Integer> before() {
      return ids(single.subList(0, textIndex()));
    }

    @Override
    public List<Integer> after() {
      return ids(single.subList(textIndex() + 1, single.size()));
    }

    @Override
    public boolean hasTemplate() {
      return true;
    }

    private int textIndex() {
      int index = 0;
      while (!single.get(index).sequence()) {
        index++;
      }
      return index;
    }

    private List<Integer> ids(List<Item> items) {
      return items.stream().flatMap(item -> specials.get(item.id()).ids().stream()).toList();
    }
  }
}
