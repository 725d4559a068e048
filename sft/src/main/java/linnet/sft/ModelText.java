package linnet.sft;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import linnet.nn.io.ContentHash;
import linnet.nn.io.GgufModel;
import linnet.nn.io.GgufValue;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelSource;
import linnet.nn.json.JsonCursor;
import linnet.sft.template.BuiltInTemplate;
import linnet.sft.template.ChatTemplate;
import linnet.sft.template.TemplateChoice;
import linnet.sft.tokenizer.Tokenizer;
import linnet.sft.tokenizer.TokenizerException;
import linnet.sft.tokenizer.TokenizerSource;

/** How a model reads and writes text: its tokenizer and its chat template. */
public final class ModelText {
  private static final String UNKNOWN = "";
  private static final Pattern MARK = Pattern.compile("<\\|[^|<>\\s]+\\|>|<(?:start|end)_of_turn>|</?s>");

  private final Path path;
  private final TokenizerSource source;
  private final Optional<String> modelsTemplate;
  private final String modelType;
  private final Optional<TemplateChoice> choice;
  private final FutureTask<Parsed> parsed;

  private record Parsed(Tokenizer tokenizer, ChatTemplate template) {}

  private ModelText(Path path, TokenizerSource source, Optional<String> template, String modelType,
      Optional<TemplateChoice> choice) {
    this.path = path;
    this.source = source;
    this.modelType = modelType;
    this.choice = choice;
    modelsTemplate = template.or(source::chatTemplate);
    parsed = new FutureTask<>(() -> parse(source.parse()));
  }

  /**
   * The same with a template that the user chose, whatever the model brings.
   *
   * @param template the choice
   */
  public ModelText with(TemplateChoice template) {
    return new ModelText(path, source, modelsTemplate, modelType, Optional.of(template));
  }

  /**
   * Reads tokenizer and template of a model, an adapter or a tokenizer, without its weights.
   *
   * @param path a folder with a {@code tokenizer.json}, that file, or a GGUF file
   * @throws linnet.nn.json.JsonException if a file is malformed
   * @throws linnet.sft.tokenizer.TokenizerException if the tokenizer is inconsistent or not supported
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static ModelText open(Path path) {
    if (isTokenizer(path) || Files.isRegularFile(path.resolve(ModelFiles.TOKENIZER))) {
      return deferred(path).parsed();
    }
    try (var source = ModelSource.withoutWeights(path)) {
      return of(source);
    }
  }

  /**
   * Reads tokenizer and template of an open model.
   *
   * @throws linnet.sft.tokenizer.TokenizerException if a GGUF file holds no tokenizer
   */
  public static ModelText of(ModelSource source) {
    return deferred(source).parsed();
  }

  /** Reads the files of a folder with a {@code tokenizer.json}, or that file and what lies beside it. */
  static ModelText deferred(Path path) {
    var file = isTokenizer(path) ? path : path.resolve(ModelFiles.TOKENIZER);
    return new ModelText(path, TokenizerSource.read(file), Optional.empty(), UNKNOWN, Optional.empty());
  }

  /** Reads those of an open model; what they hold can be asked for until it is closed. */
  static ModelText deferred(ModelSource source) {
    var type = source.config().opt("model_type").map(JsonCursor::asString).orElse(UNKNOWN);
    return new ModelText(source.path(), TokenizerSource.of(source), source.chatTemplate(), type,
        Optional.empty());
  }

  private static boolean isTokenizer(Path path) {
    return path.getFileName() != null && path.getFileName().toString().equals(ModelFiles.TOKENIZER);
  }

  private Parsed parse(Tokenizer tokenizer) {
    var tokens = specialTokens(tokenizer);
    if (choice.isEmpty() && modelsTemplate.isPresent()) {
      return new Parsed(tokenizer,
          ChatTemplate.parse(path + ": chat template", modelsTemplate.get(), tokens));
    }
    var used = choice.orElseGet(() ->
        new TemplateChoice.BuiltIn(TemplateGuess.of(modelType, tokenizer, tokens)));
    if (used instanceof TemplateChoice.BuiltIn builtIn) {
      requireTokens(builtIn.template(), tokenizer, tokens);
    }
    return new Parsed(tokenizer, ChatTemplate.parse(used.name(), used.source(), tokens));
  }

  private void requireTokens(BuiltInTemplate template, Tokenizer tokenizer, Map<String, String> tokens) {
    var missing = TemplateGuess.missing(template, tokenizer, tokens);
    if (!missing.isEmpty()) {
      var fitting = Arrays.stream(BuiltInTemplate.values())
          .filter(other -> TemplateGuess.missing(other, tokenizer, tokens).isEmpty())
          .map(BuiltInTemplate::title).collect(Collectors.joining(", "));
      throw new TokenizerException("template " + template.title() + ": needs "
          + String.join(", ", missing) + ", which the tokenizer of " + path + " does not have as one token;"
          + " built-in templates that fit it: " + fitting);
    }
  }

  private ModelText parsed() {
    get();
    return this;
  }

  /** Parses once, in the first thread that asks. */
  private Parsed get() {
    parsed.run();
    try {
      return parsed.get();
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case RuntimeException refused -> throw refused;
        case Error error -> throw error;
        default -> throw new IllegalStateException(failed.getCause());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while another thread parses the tokenizer", interrupted);
    }
  }

  /** Begins to parse on a thread of its own; what goes wrong is thrown at whoever asks for a part. */
  void parseAhead() {
    Thread.ofPlatform().daemon().name("tokenizer").start(parsed);
  }

  /** Text to ids and back. */
  public Tokenizer tokenizer() {
    return get().tokenizer();
  }

  /**
   * Conversations to text: the template that was chosen, or the model's own, or the built-in one that fits
   * its family and tokens.
   *
   * @throws TokenizerException if the chosen template needs tokens that the tokenizer does not have
   */
  public ChatTemplate template() {
    return get().template();
  }

  /** Where the template comes from. */
  public TemplateOrigin templateOrigin() {
    return choice.isPresent() ? TemplateOrigin.CHOSEN
        : modelsTemplate.isPresent() ? TemplateOrigin.MODEL : TemplateOrigin.GUESSED;
  }

  /**
   * What a template of the user's writes that looks like a special token and is none of the tokenizer's, so
   * that the model would read it as plain text.
   */
  public List<String> unknownMarks() {
    if (choice.isEmpty() || !(choice.get() instanceof TemplateChoice.InFile file)) {
      return List.of();
    }
    return MARK.matcher(file.source()).results().map(MatchResult::group).distinct()
        .filter(mark -> tokenizer().encode(mark).size() != 1).toList();
  }

  /** Whether the template is the model's own. */
  public boolean templateIsModels() {
    return templateOrigin() == TemplateOrigin.MODEL;
  }

  /** Adds everything that decides what conversations become, which takes no parsing. */
  void addTo(ContentHash hash) {
    source.addTo(hash);
    hash.add(modelsTemplate.orElse("")).add(modelType)
        .add(choice.map(template -> template.name() + "\n" + template.source()).orElse(""));
  }

  /** The tokenizer with this template beside it, as it is saved with what was trained on its texts. */
  public Tokenizer savedTokenizer() {
    return tokenizer().withConfig(tokenizer().config().withChatTemplate(template().source()));
  }

  /** The tokenizer as it is written beside a model in another form: without a template that was guessed. */
  public Tokenizer convertedTokenizer() {
    return isGuessed() ? tokenizer() : savedTokenizer();
  }

  /**
   * Tokenizer and template as the metadata of a GGUF file.
   *
   * @throws linnet.sft.tokenizer.TokenizerException if GGUF has no name for a part of the tokenizer
   */
  public SequencedMap<String, GgufValue> ggufMetadata() {
    var values = tokenizer().toGguf().toMetadata();
    String name = name();
    String known = tokenizer().nameInGguf(name);
    if (!known.equals(name)) {
      values.put("general.name", GgufValue.text(known));
    }
    if (!isGuessed()) {
      values.put(GgufModel.CHAT_TEMPLATE, GgufValue.text(template().source()));
    }
    return values;
  }

  /** What {@link #ggufMetadata} leaves out, since GGUF has no word for it: a sentence for each such thing. */
  public List<String> leftOutOfGguf() {
    return tokenizer().leftOutOfGguf(name());
  }

  private String name() {
    return String.valueOf(path.getFileName());
  }

  /** Then it is not passed on as the model's. */
  private boolean isGuessed() {
    return templateOrigin() == TemplateOrigin.GUESSED;
  }

  private static Map<String, String> specialTokens(Tokenizer tokenizer) {
    var tokens = new LinkedHashMap<String, String>();
    var specials = tokenizer.specialTokens();
    put(tokens, "bos_token", specials.bos(), tokenizer);
    put(tokens, "eos_token", specials.eos(), tokenizer);
    put(tokens, "pad_token", specials.pad(), tokenizer);
    put(tokens, "unk_token", specials.unk(), tokenizer);
    return tokens;
  }

  private static void put(Map<String, String> tokens, String name, OptionalInt id, Tokenizer tokenizer) {
    if (id.isPresent()) {
      tokenizer.token(id.getAsInt()).ifPresent(token -> tokens.put(name, token));
    }
  }
}
