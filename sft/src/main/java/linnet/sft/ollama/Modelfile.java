package linnet.sft.ollama;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import linnet.nn.io.AtomicFile;
import linnet.nn.json.JsonCursor;
import linnet.sft.ModelText;

/**
 * An Ollama Modelfile: which weights, how a conversation becomes text, at which texts an answer ends and how
 * tokens are drawn. The template is said in Ollama's own language where the model's can be, which is seen by
 * rendering; where it cannot, the Modelfile has none and Ollama takes what the GGUF file carries.
 *
 * @param text the whole file
 * @param hasTemplate whether the template could be said
 */
public record Modelfile(String text, boolean hasTemplate) {
  private static final String QUOTES = "\"\"\"";
  /** What Ollama calls the fields of {@code generation_config.json}. */
  private static final Map<String, String> PARAMETERS = Map.of("temperature", "temperature", "top_k", "top_k",
      "top_p", "top_p", "min_p", "min_p", "repetition_penalty", "repeat_penalty");

  /**
   * The Modelfile of a model.
   *
   * @param from its GGUF file, relative to the Modelfile
   * @param adapter a GGUF file with an adapter, if there is one
   * @param model tokenizer and template
   * @param stops the ids of tokens that end an answer
   * @param generation the content of {@code generation_config.json}, if the model has it
   * @throws linnet.nn.json.JsonException if a field of that is malformed
   */
  public static Modelfile of(String from, Optional<String> adapter, ModelText model,
      Collection<Integer> stops, Optional<JsonCursor> generation) {
    var text = new StringBuilder("FROM ").append(from).append('\n');
    adapter.ifPresent(file -> text.append("ADAPTER ").append(file).append('\n'));
    var format = model.templateIsModels() ? TurnFormat.of(model.template()) : Optional.<TurnFormat>empty();
    var template = format.flatMap(f -> new GoTemplate(f, addedBos(model)).text());
    template.ifPresentOrElse(
        go -> text.append("TEMPLATE ").append(QUOTES).append(go).append(QUOTES).append('\n'),
        () -> text.append(model.templateIsModels() ? "# no TEMPLATE: Ollama takes the one in the GGUF file\n"
            : "# no TEMPLATE: the model has none\n"));
    template.flatMap(go -> format.orElseThrow().usual()).filter(said -> !said.isEmpty()
        && !said.contains(QUOTES)).ifPresent(said ->
            text.append("SYSTEM ").append(QUOTES).append(said).append(QUOTES).append('\n'));
    stops.stream().sorted().map(model.tokenizer()::token).flatMap(Optional::stream)
        .filter(token -> token.chars().noneMatch(c -> c == '"' || c == '\n'))
        .forEach(token -> parameter(text, "stop", '"' + token + '"'));
    generation.filter(json -> json.opt("do_sample").map(JsonCursor::asBoolean).orElse(false))
        .ifPresent(json -> PARAMETERS.keySet().stream().sorted().forEach(field -> json.opt(field)
            .ifPresent(value -> {
              value.asDouble();
              parameter(text, PARAMETERS.get(field), value.value().compact());
            })));
    return new Modelfile(text.toString(), template.isPresent());
  }

  /** The token that the tokenizer puts in front of every text, so that the template must not. */
  private static Optional<String> addedBos(ModelText model) {
    var tokenizer = model.tokenizer();
    var whole = tokenizer.encodeWithSpecialTokens("a").ids();
    boolean added = Arrays.mismatch(whole, tokenizer.encode("a").ids()) == 0;
    return added ? tokenizer.token(whole[0]) : Optional.empty();
  }

  private static void parameter(StringBuilder text, String name, String value) {
    text.append("PARAMETER ").append(name).append(' ').append(value).append('\n');
  }

  /**
   * Writes or replaces a file.
   *
   * @param file where
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    AtomicFile.writeString(file, text);
  }
}
