package linnet.sft.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import linnet.sft.template.ChatTemplate;
import linnet.sft.template.Rendered;
import linnet.sft.template.UndeterminedTurnException;
import linnet.sft.template.jinja.Span;
import linnet.sft.template.jinja.TemplateException;
import linnet.sft.tokenizer.Encoding;
import linnet.sft.tokenizer.Tokenizer;

/**
 * Turns conversations into token ids with a mask of what is trained. A conversation is rendered once, with
 * the spans that the assistant writes, and encoded once, with offsets; special tokens come from the template
 * only: one that is spelled in a message's text is encoded as text. A token is trained iff it begins within a
 * span, or begins before one with nothing but white space there: a word with the space that a prompt ends in
 * is still the model's word, but a token that holds any other piece of the prompt is not. One that reaches
 * beyond a span's end holds a piece that the model writes, so it is trained.
 *
 * @param tokenizer encodes the rendered text
 * @param template renders, and says what is trained
 * @param stopIds tokens that end an answer; the last answer of every row that is not cut must train one, or
 *     the model would never learn to stop; none where that is not to be checked
 * @param maxLength longer rows are cut to so many tokens
 */
public record ConversationEncoder(Tokenizer tokenizer, ChatTemplate template, Set<Integer> stopIds,
    int maxLength) {
  private static final int QUOTED = 40;

  /** Checks the length. */
  public ConversationEncoder {
    stopIds = Set.copyOf(stopIds);
    EncodedData.requireRoom(maxLength);
  }

  /** What became of one conversation. */
  private sealed interface Outcome {
    record Kept(EncodedRow row, boolean truncated) implements Outcome {}

    record Dropped(EncodedData.Dropped row) implements Outcome {}

    record Refused(DataException error) implements Outcome {}
  }

  /**
   * Encodes all rows, on all cores; the order of the file is kept.
   *
   * @param conversations at least one
   * @return the rows that have a target, and what became of the others
   * @throws DataException if a row's stop token is not trained, its template refuses it, or no row at all has
   *     a target; the first such row of the file is reported
   */
  public EncodedData encode(List<Conversation> conversations) {
    var outcomes = conversations.parallelStream().map(this::outcome).toList();
    var rows = new ArrayList<EncodedRow>();
    var dropped = new ArrayList<EncodedData.Dropped>();
    var truncated = 0;
    for (var outcome : outcomes) {
      switch (outcome) {
        case Outcome.Kept kept -> {
          rows.add(kept.row());
          truncated += kept.truncated() ? 1 : 0;
        }
        case Outcome.Dropped drop -> dropped.add(drop.row());
        case Outcome.Refused refused -> throw refused.error();
      }
    }
    return new EncodedData(rows, dropped, truncated).requireRows(conversations.getFirst().source());
  }

  private Outcome outcome(Conversation conversation) {
    try {
      return row(conversation);
    } catch (DataException e) {
      return new Outcome.Refused(e);
    } catch (TemplateException | UndeterminedTurnException e) {
      return new Outcome.Refused(new DataException(conversation.place() + ": " + e.getMessage(), e));
    }
  }

  private Outcome row(Conversation conversation) {
    var rendered = template.renderForTraining(conversation.request(), conversation.promptMessages());
    var encoding = tokenizer.encode(rendered.text(), rendered.content());
    var trained = trained(rendered, encoding);
    if (trained.isEmpty()) {
      return dropped(conversation, "it has no assistant's turn to train");
    }
    if (encoding.size() <= maxLength) {
      requireStop(conversation, rendered, encoding);
      return new Outcome.Kept(new EncodedRow(encoding.ids(), trained, conversation.line()), false);
    }
    trained.clear(maxLength, encoding.size());
    if (trained.isEmpty()) {
      return dropped(conversation,
          "its answer begins behind the first " + maxLength + " tokens, of " + encoding.size());
    }
    var ids = Arrays.copyOf(encoding.ids(), maxLength);
    return new Outcome.Kept(new EncodedRow(ids, trained, conversation.line()), true);
  }

  private static Outcome dropped(Conversation conversation, String reason) {
    return new Outcome.Dropped(new EncodedData.Dropped(conversation.line(), reason));
  }

  private static BitSet trained(Rendered rendered, Encoding encoding) {
    var spans = rendered.trained();
    var trained = new BitSet(encoding.size());
    var next = 0;
    for (var t = 1; t < encoding.size() && next < spans.size(); t++) {
      var start = encoding.starts()[t];
      while (next < spans.size() && spans.get(next).end() <= start) {
        next++;
      }
      if (next < spans.size() && belongs(rendered.text(), start, encoding.ends()[t], spans.get(next))) {
        trained.set(t);
      }
    }
    return trained;
  }

  private static boolean belongs(String text, int start, int end, Span span) {
    return start >= span.start() || end > span.start() && text.substring(start, span.start()).isBlank();
  }

  private void requireStop(Conversation conversation, Rendered rendered, Encoding encoding) {
    var last = rendered.trained().getLast();
    var found = stopIds.isEmpty();
    for (var t = encoding.size() - 1; t > 0 && encoding.ends()[t] > last.start(); t--) {
      found |= encoding.starts()[t] < last.end() && stopIds.contains(encoding.ids()[t]);
    }
    if (!found) {
      var end = rendered.text().substring(Math.max(last.start(), last.end() - QUOTED), last.end());
      throw new DataException(conversation.place() + ": none of the stop tokens "
          + stopIds.stream().sorted().map(id -> tokenizer.token(id).orElse("?") + " (" + id + ")")
              .collect(Collectors.joining(", "))
          + " is among the trained tokens of the last turn, which ends in \"" + end.replace("\n", "\\n")
          + "\", so the model would not learn to stop. Use the model's own template, or one that ends turns"
          + " with its stop token");
    }
  }
}
