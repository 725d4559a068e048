package linnet.sft.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import linnet.sft.template.jinja.Span;
import linnet.sft.template.jinja.TemplateException;
import linnet.sft.template.jinja.Trace;
import linnet.sft.template.jinja.Value;

/**
 * Finds what an assistant writes in the output of a template without {@code generation} blocks.
 *
 * <p>The definition: of message i, everything that the template renders for it behind what it renders for the
 * messages before it with a generation prompt. Where the rendering of the messages before is a prefix of the
 * whole text, the definition can be applied as it stands, at the price of a rendering for each turn; where a
 * template changes earlier turns as a conversation goes on (many drop their reasoning), it cannot. So turns
 * are found by provenance first, in one rendering: a turn is what the iteration of an outermost loop over
 * that message rendered (or the one iteration that printed its fields), and it begins behind the generation
 * prompt's text. The first turn is found both ways; where they differ, provenance is not trusted for this
 * template. What neither way determines is an error.
 */
final class TurnFinder {
  private final ChatTemplate template;
  private final ChatRequest request;
  private final List<Value> messages;
  private final Trace trace;
  private final List<Trace.Labelled> labelled;
  private final String text;

  TurnFinder(ChatTemplate template, ChatRequest request, List<Value> messages, Trace trace) {
    this.template = template;
    this.request = request;
    this.messages = messages;
    this.trace = trace;
    this.labelled = trace.labelled();
    this.text = trace.text();
  }

  /**
   * The trained parts, in order.
   *
   * @param firstTrained the index of the first message that can be trained
   * @throws UndeterminedTurnException where a part cannot be told for sure
   */
  List<Span> trained(int firstTrained) {
    var turns = IntStream.range(firstTrained, messages.size())
        .filter(i -> request.messages().get(i).isAssistant()).toArray();
    if (turns.length == 0) {
      return List.of();
    }
    var byPrefix = prefixStart(turns[0]);
    var prompt = turns.length == 1 && byPrefix.isPresent() // then nothing asks for it
        ? Optional.<String>empty() : generationPrompt(turns[0]);
    var trusted = prompt.isPresent() && (byPrefix.isEmpty()
        || provenanceStart(turns[0], prompt.get()).equals(byPrefix));
    var spans = new ArrayList<Span>();
    for (var turn : turns) {
      var start = turn == turns[0] && byPrefix.isPresent() ? byPrefix
          : trusted ? provenanceStart(turn, prompt.get()) : OptionalInt.empty();
      var from = start.isPresent() ? start : prefixStart(turn);
      var to = end(turn);
      var after = spans.isEmpty() ? 0 : spans.getLast().end();
      if (from.isEmpty() || to.isEmpty() || from.getAsInt() < after || to.getAsInt() < from.getAsInt()
          || !isAlone(turn, from.getAsInt(), to.getAsInt())) {
        throw new UndeterminedTurnException(template.name(), turn);
      }
      if (to.getAsInt() > from.getAsInt()) {
        spans.add(new Span(from.getAsInt(), to.getAsInt()));
      }
    }
    return spans;
  }

  /** Whether all of a message's text that is printed lies behind the start, and no other message's within. */
  private boolean isAlone(int turn, int from, int to) {
    return labelled.stream().allMatch(part -> part.label() == turn
        ? part.span().start() >= from && part.span().end() <= to : !part.span().overlaps(from, to));
  }

  /** What a generation prompt adds to the text, or nothing where it does more than add. */
  private Optional<String> generationPrompt(int firstTurn) {
    var before = withAndWithout(firstTurn);
    return before.isPresent() ? before : withAndWithout(messages.size());
  }

  private Optional<String> withAndWithout(int count) {
    try {
      var without = prefix(count, ChatRequest.Ending.CLOSED);
      var with = prefix(count, ChatRequest.Ending.GENERATION_PROMPT);
      return with.startsWith(without) ? Optional.of(with.substring(without.length())) : Optional.empty();
    } catch (TemplateException refused) {
      return Optional.empty(); // for example a template that wants a message before it
    }
  }

  private String prefix(int count, ChatRequest.Ending ending) {
    return template.trace(request.ending(ending), messages.subList(0, count)).text();
  }

  /** Where a turn starts by the definition, if the text before it does not depend on what follows. */
  private OptionalInt prefixStart(int turn) {
    try {
      var before = prefix(turn, ChatRequest.Ending.GENERATION_PROMPT);
      return text.startsWith(before) ? OptionalInt.of(before.length()) : OptionalInt.empty();
    } catch (TemplateException refused) {
      return OptionalInt.empty();
    }
  }

  private OptionalInt provenanceStart(int turn, String prompt) {
    var region = region(turn);
    if (region.isEmpty()) {
      return OptionalInt.empty();
    }
    var from = region.get().start();
    var content = labelled.stream().filter(part -> part.label() == turn)
        .mapToInt(part -> part.span().start()).min();
    var limit = content.orElse(region.get().end());
    if (prompt.isEmpty()) {
      return OptionalInt.of(from);
    }
    var header = text.substring(from, limit);
    var at = header.indexOf(prompt);
    if (at >= 0) {
      return header.lastIndexOf(prompt) == at ? OptionalInt.of(from + at + prompt.length())
          : OptionalInt.empty();
    }
    return content.isPresent() && endsInPartOf(header, prompt) ? content : OptionalInt.empty();
  }

  /** Whether the content follows right on the first part of a prompt, whose rest only new turns get. */
  private static boolean endsInPartOf(String header, String prompt) {
    for (var length = Math.min(header.length(), prompt.length()); length > 0; length--) {
      if (header.endsWith(prompt.substring(0, length))) {
        return !prompt.substring(0, length).isBlank();
      }
    }
    return false;
  }

  private OptionalInt end(int turn) {
    if (turn == messages.size() - 1) {
      return OptionalInt.of(text.length());
    }
    var region = region(turn);
    if (region.isPresent()) {
      return OptionalInt.of(region.get().end());
    }
    try {
      var upTo = prefix(turn + 1, ChatRequest.Ending.CLOSED);
      return text.startsWith(upTo) ? OptionalInt.of(upTo.length()) : OptionalInt.empty();
    } catch (TemplateException refused) {
      return OptionalInt.empty();
    }
  }

  /**
   * What the one iteration for a message rendered: the one over it, or else the one that printed its fields.
   */
  private Optional<Span> region(int turn) {
    var over = trace.iterations().stream().filter(iteration -> iteration.item() == messages.get(turn))
        .toList();
    if (over.size() == 1) {
      return Optional.of(over.getFirst().span());
    }
    var printing = trace.iterations().stream().filter(iteration -> labelled.stream().anyMatch(
        part -> part.label() == turn
        && part.span().overlaps(iteration.span().start(), iteration.span().end()))).toList();
    return printing.size() == 1 ? Optional.of(printing.getFirst().span()) : Optional.empty();
  }
}
