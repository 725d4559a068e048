package linnet.sft.template;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import linnet.nn.json.Json;
import linnet.sft.template.jinja.JinjaTemplate;
import linnet.sft.template.jinja.Limits;
import linnet.sft.template.jinja.ListValue;
import linnet.sft.template.jinja.Span;
import linnet.sft.template.jinja.Str;
import linnet.sft.template.jinja.TemplateException;
import linnet.sft.template.jinja.Trace;
import linnet.sft.template.jinja.Value;

/**
 * A model's chat template with its special tokens: renders conversations byte for byte as transformers'
 * {@code apply_chat_template} does, and says which parts of the text an assistant writes. Immutable, and safe
 * for use from several threads.
 */
public final class ChatTemplate {
  /** The built-in template of ChatML. */
  public static final String CHATML = BuiltInTemplate.CHATML.source();

  private final JinjaTemplate template;
  private final String source;
  private final Map<String, String> specialTokens;
  private final Clock clock;

  private ChatTemplate(JinjaTemplate template, String source, Map<String, String> specialTokens,
      Clock clock) {
    this.template = template;
    this.source = source;
    this.specialTokens = Map.copyOf(specialTokens);
    this.clock = clock;
  }

  /**
   * Parses a template.
   *
   * @param name what errors call it, such as the model's name
   * @param source its Jinja source
   * @param specialTokens special tokens by the names that templates use, such as {@code bos_token}
   * @return the template
   * @throws TemplateException where the source is not a template
   */
  public static ChatTemplate parse(String name, String source, Map<String, String> specialTokens) {
    return parse(name, source, specialTokens, Limits.DEFAULT, Clock.systemDefaultZone());
  }

  /**
   * Parses a template with other limits or another clock.
   *
   * @param name what errors call it, such as the model's name
   * @param source its Jinja source
   * @param specialTokens special tokens by the names that templates use, such as {@code bos_token}
   * @param limits the bounds on what the template may use
   * @param clock what {@code strftime_now} reads
   * @return the template
   * @throws TemplateException where the source is not a template
   */
  public static ChatTemplate parse(String name, String source, Map<String, String> specialTokens,
      Limits limits, Clock clock) {
    return new ChatTemplate(JinjaTemplate.parse(name, source, limits), source, specialTokens, clock);
  }

  /**
   * The built-in ChatML template.
   *
   * @param specialTokens special tokens by the names that templates use
   * @return the template
   */
  public static ChatTemplate chatml(Map<String, String> specialTokens) {
    return parse("chatml (built in)", CHATML, specialTokens);
  }

  /**
   * What errors call the template.
   *
   * @return the name
   */
  public String name() {
    return template.name();
  }

  /**
   * The Jinja source, as it is saved beside an adapter.
   *
   * @return the source
   */
  public String source() {
    return source;
  }

  /**
   * Whether the same conversation may be another text tomorrow.
   *
   * @return whether the source speaks of {@code strftime_now}
   */
  public boolean tellsTime() {
    return source.contains("strftime_now");
  }

  /**
   * The special tokens that the template sees.
   *
   * @return the tokens by name
   */
  public Map<String, String> specialTokens() {
    return specialTokens;
  }

  /**
   * Renders a conversation.
   *
   * @param request the conversation and how it ends
   * @return the text
   * @throws TemplateException where the template fails or refuses the conversation
   */
  public String render(ChatRequest request) {
    return renderPrompt(request).text();
  }

  /**
   * Renders a conversation for a model to go on with.
   *
   * @param request the conversation and how it ends
   * @return the text and what of it messages brought; nothing is trained
   * @throws TemplateException where the template fails or refuses the conversation
   */
  public Rendered renderPrompt(ChatRequest request) {
    if (request.ending() == ChatRequest.Ending.CONTINUE_FINAL_MESSAGE) {
      return new FinalMessage(this, request).render();
    }
    var trace = trace(request, Values.messages(request.messages()));
    return new Rendered(trace.text(), List.of(), trace.content());
  }

  /**
   * Renders a conversation to train on: closed, whatever ending the request asks for.
   *
   * <p>Trained are the template's {@code generation} blocks where it has any. In a template without them, an
   * assistant's turn is trained from where a generation prompt would end to where the template's output for
   * that message ends: the content, the stop token, and what the template puts after it (often a newline);
   * for a last message, to the end of the text.
   *
   * @param request the conversation
   * @param firstTrained the index of the first message that is trained if an assistant wrote it; those before
   *     it are a prompt
   * @return the text and its trained parts
   * @throws TemplateException where the template fails or refuses the conversation
   * @throws UndeterminedTurnException where the trained parts cannot be told for sure
   */
  public Rendered renderForTraining(ChatRequest request, int firstTrained) {
    var closed = request.ending(ChatRequest.Ending.CLOSED);
    var messages = Values.messages(request.messages());
    var trace = trace(closed, messages);
    return new Rendered(trace.text(), template.hasGenerationBlocks()
        ? generations(trace, firstTrained)
        : new TurnFinder(this, closed, messages, trace).trained(firstTrained), trace.content());
  }

  /**
   * Renders a conversation to train on every turn of an assistant, see {@link #renderForTraining(ChatRequest,
   * int)}.
   *
   * @param request the conversation
   * @return the text and its trained parts
   * @throws TemplateException where the template fails or refuses the conversation
   * @throws UndeterminedTurnException where the trained parts cannot be told for sure
   */
  public Rendered renderForTraining(ChatRequest request) {
    return renderForTraining(request, 0);
  }

  /** The generation blocks behind all text of the messages that are a prompt. */
  private static List<Span> generations(Trace trace, int firstTrained) {
    var promptEnd = trace.labelled().stream().filter(part -> part.label() < firstTrained)
        .mapToInt(part -> part.span().end()).max().orElse(0);
    return trace.generations().stream()
        .filter(span -> span.end() > span.start() && span.start() >= promptEnd).toList();
  }

  /** Renders messages that were converted already; the request's own messages are not looked at. */
  Trace trace(ChatRequest request, List<Value> messages) {
    var variables = new HashMap<String, Value>();
    variables.put("documents", Value.NONE);
    specialTokens.forEach((token, text) -> variables.put(token, Str.of(text)));
    request.variables().forEach((variable, json) -> variables.put(variable, Values.of(json)));
    variables.put("messages", new ListValue(messages));
    if (request.tools().isEmpty()) {
      variables.putIfAbsent("tools", Value.NONE);
    } else {
      variables.put("tools", Values.of(Json.of(request.tools())));
    }
    variables.put("add_generation_prompt",
        new Value.Bool(request.ending() == ChatRequest.Ending.GENERATION_PROMPT));
    return template.render(variables, ZonedDateTime.now(clock));
  }
}
