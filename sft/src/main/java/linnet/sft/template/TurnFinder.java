package linnet.sft.template;

import java.util.ArrayList;
import java.util.HashSet;
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
 * that message rendered (or the one iteration that printed its fields), and it begins where it departs from
 * the generation prompt's text. The first turn of each kind is found both ways; where they differ,
 * provenance is not trusted for this template. What neither way determines is an error.
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
        ? Optional.<GenerationPrompt>empty() : generationPrompt(turns);
    var trusted = prompt.isPresent();
    var kinds = new HashSet<String>();
    var spans = new ArrayList<Span>();
    for (var turn : turns) {
      if (rendersNothing(turn)) {
        continue;
      }
      var after = spans.isEmpty() ? 0 : spans.getLast().end();
      var defined = turn == turns[0] ? byPrefix : OptionalInt.empty();
      if (kinds.add(kind(turn)) && turn != turns[0]) {
        defined = prefixStart(turn);
      }
      var found = trusted ? provenanceStart(turn, prompt.get(), after) : OptionalInt.empty();
      trusted &= defined.isEmpty() || found.isEmpty() || defined.equals(found);
      var start = defined.isPresent() || !trusted ? defined : found;
      var from = start.isPresent() ? start : prefixStart(turn);
      var to = from.isPresent() ? end(turn, from.getAsInt()) : OptionalInt.empty();
      if (to.isEmpty() || from.getAsInt() < after || to.getAsInt() < from.getAsInt()
          || !isAlone(turn, from.getAsInt(), to.getAsInt())) {
        throw new UndeterminedTurnException(template.name(), turn);
      }
      if (to.getAsInt() > from.getAsInt()) {
        spans.add(new Span(from.getAsInt(), to.getAsInt()));
      }
    }
    return spans;
  }

  /** Behind a tool's result, or with calls of tools, a template may begin a turn otherwise. */
  private String kind(int turn) {
    var before = turn == 0 ? "" : request.messages().get(turn - 1).role();
    return before + request.messages().get(turn).fields().members().keySet();
  }

  private boolean rendersNothing(int turn) {
    return region(turn).filter(span -> span.end() == span.start()).isPresent()
        && labelled.stream().noneMatch(part -> part.label() == turn);
  }

  /**
   * Whether all of a message's text that is printed lies behind the start, but for what the prompt says in
   * its place and what other messages print of it (a tool's result its call's name), and none of another
   * message's within.
   */
  private boolean isAlone(int turn, int from, int to) {
    return labelled.stream().allMatch(part -> part.label() == turn
        ? part.span().end() > from && part.span().end() <= to || isOthers(turn, part.span(), to)
        : !part.span().overlaps(from, to));
  }

  private boolean isOthers(int turn, Span part, int to) {
    return part.start() >= to && trace.iterations().stream()
        .filter(iteration -> iteration.item() != messages.get(turn)
            && messages.stream().anyMatch(other -> other == iteration.item()))
        .map(Trace.Iteration::span)
        .anyMatch(span -> span.start() <= part.start() && part.end() <= span.end());
  }

  /** What a generation prompt adds before a turn, or else at the end; nothing where that cannot be seen. */
  private Optional<GenerationPrompt> generationPrompt(int[] turns) {
    return IntStream.concat(IntStream.of(turns).limit(2), IntStream.of(messages.size()))
        .mapToObj(this::withAndWithout).flatMap(Optional::stream).findFirst();
  }

  private Optional<GenerationPrompt> withAndWithout(int count) {
    try {
      return GenerationPrompt.between(prefix(count, ChatRequest.Ending.GENERATION_PROMPT),
          prefix(count, ChatRequest.Ending.CLOSED));
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

  /** Where a turn departs from the prompt, in its own region or else behind what came before it. */
  private OptionalInt provenanceStart(int turn, GenerationPrompt prompt, int after) {
    var region = region(turn);
    if (region.isEmpty()) {
      return OptionalInt.empty();
    }
    var from = region.get().start();
    if (prompt.isEmpty()) {
      return OptionalInt.of(from);
    }
    var content = labelled.stream().filter(part -> part.label() == turn)
        .mapToInt(part -> part.span().start()).min().orElse(region.get().end());
    var own = prompt.departure(text, from, content);
    if (own.isPresent()) {
      return own;
    }
    var others = labelled.stream().filter(part -> part.label() != turn && part.span().end() <= content)
        .mapToInt(part -> part.span().end()).max().orElse(0);
    return prompt.departure(text, Math.max(after, others), content);
  }

  private OptionalInt end(int turn, int start) {
    if (turn == messages.size() - 1) {
      return lastEnd(turn, start);
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
   * The end of the text, unless the template puts the header of a next turn there even where it is not asked
   * for one. What else such a template puts behind all turns, but for a special token, cannot be told apart.
   */
  private OptionalInt lastEnd(int turn, int start) {
    var region = region(turn);
    var header = region.isPresent() && region.get().start() < start
        ? text.substring(region.get().start(), start).strip() : "";
    var content = labelled.stream().mapToInt(part -> part.span().end()).max().orElse(start);
    var next = nextHeader(header, Math.max(content, start));
    var behind = region.isPresent() ? text.substring(region.get().end()).strip() : "";
    var plain = behind.isEmpty() || template.specialTokens().containsValue(behind);
    if (next.isEmpty() && plain || heedsPrompt(turn)) {
      return OptionalInt.of(text.length());
    }
    return next;
  }

  /** Where the text ends in another header, or in the first part of one. */
  private OptionalInt nextHeader(String header, int from) {
    return IntStream.range(from, text.length())
        .filter(at -> !header.isEmpty() && text.charAt(at) == header.charAt(0))
        .filter(at -> text.startsWith(header, at) || header.startsWith(text.substring(at).stripTrailing())
            && GenerationPrompt.hasWord(text.substring(at)))
        .findFirst();
  }

  /** Whether asking for a generation prompt changes the text, at the end or before the turn. */
  private boolean heedsPrompt(int turn) {
    return IntStream.of(messages.size(), turn).mapToObj(this::withAndWithout)
        .anyMatch(prompt -> prompt.isPresent() && !prompt.get().isEmpty());
  }

  /**
   * What the one iteration for a message rendered: the one over it, or else the one that printed its fields.
   */
  private Optional<Span> region(int turn) {
    var over = trace.iterations().stream().filter(iteration -> iteration.item() == messages.get(turn))
        .map(Trace.Iteration::span).toList();
    var rendered = over.stream().filter(span -> span.end() > span.start()).toList();
    if (rendered.size() == 1) {
      return Optional.of(rendered.getFirst());
    }
    if (over.size() == 1) {
      return Optional.of(over.getFirst());
    }
    var printing = trace.iterations().stream().filter(iteration -> labelled.stream().anyMatch(
        part -> part.label() == turn
        && part.span().overlaps(iteration.span().start(), iteration.span().end()))).toList();
    return printing.size() == 1 ? Optional.of(printing.getFirst().span()) : Optional.empty();
  }
}
