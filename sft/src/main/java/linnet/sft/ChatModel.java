package linnet.sft;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import linnet.nn.generate.Generation;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.BaseModel;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.lora.MergeRecord;
import linnet.nn.model.CausalLm;
import linnet.nn.model.LoadedModel;
import linnet.nn.model.Models;
import linnet.nn.quant.Quantization;
import linnet.sft.data.ConversationEncoder;
import linnet.sft.hub.Hub;
import linnet.sft.hub.HubSettings;
import linnet.sft.template.ChatRequest;
import linnet.sft.template.Message;
import linnet.sft.template.TemplateChoice;
import linnet.sft.tokenizer.Specials;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;

/**
 * A loaded model, ready to be talked to or trained.
 *
 * @param base the base model and its files
 * @param basePath where the base model lies
 * @param model the base model, or that with the adapter
 * @param adapter what the adapter was made with, if there is one
 * @param text tokenizer and chat template; an adapter's own where it has them
 */
public record ChatModel(LoadedModel base, Path basePath, CausalLm model, Optional<LoraConfig> adapter,
    ModelText text)
    implements AutoCloseable {
  /**
   * Loads a model.
   *
   * @param path a Hugging Face folder, a GGUF file, or an adapter folder, whose configuration names its base
   *     model
   * @param weights the model lifetime; close the result after it
   */
  public static ChatModel load(Path path, Scope weights) {
    return load(path, weights, Quantization.NONE);
  }

  /** Loads a model as {@link #load(Path, Scope)} does, with the weights of its projections quantised. */
  public static ChatModel load(Path path, Scope weights, Quantization quantization) {
    return open(path, weights, quantization).loaded();
  }

  /**
   * Begins to load a model: tokenizer and template are read, and parsed when they are first asked for, and
   * the weights are still looked through on another thread, so {@link #requireFinite} comes before any result
   * is used. Rows that were encoded before can be trained on without a tokenizer.
   *
   * @param path as for {@link #load(Path, Scope)}
   * @param weights the model lifetime; close the result after it
   */
  public static ChatModel open(Path path, Scope weights) {
    return open(path, weights, Quantization.NONE);
  }

  /** Begins to load a model as {@link #open(Path, Scope)} does; its projections are quantised by then. */
  public static ChatModel open(Path path, Scope weights, Quantization quantization) {
    if (!isAdapter(path)) {
      return base(path, weights, quantization);
    }
    return open(baseOf(path), path, weights, quantization);
  }

  /**
   * Where the base model of an adapter lies.
   *
   * @param adapter a folder in PEFT's layout
   * @throws IllegalArgumentException if the adapter names none, or one that is neither at a path here nor in the
   *     Hub's cache
   */
  public static Path baseOf(Path adapter) {
    return new Hub(HubSettings.ofProcess()).findBase(adapter).orElseThrow(() ->
        new IllegalArgumentException(adapter.resolve(AdapterFiles.CONFIG) + ": base_model_name_or_path: found "
            + AdapterFiles.baseModel(adapter).map(base -> "\"" + base.nameOrPath() + "\", which does not exist"
                + " here and is not in the Hub's cache; pull it, or").orElse("none;")
            + " name the base model beside the adapter"));
  }

  /**
   * Loads a model and an adapter onto it.
   *
   * @param path the base model: a Hugging Face folder or a GGUF file
   * @param adapter a folder in PEFT's layout
   * @param weights the lifetime of both; close the result after it
   */
  public static ChatModel load(Path path, Path adapter, Scope weights) {
    return load(path, adapter, weights, Quantization.NONE);
  }

  /** Loads a model and an adapter onto it, with the weights of the model's projections quantised. */
  public static ChatModel load(Path path, Path adapter, Scope weights, Quantization quantization) {
    return open(path, adapter, weights, quantization).loaded();
  }

  /** Begins to load a model and an adapter onto it, as {@link #open(Path, Scope)} does. */
  public static ChatModel open(Path path, Path adapter, Scope weights) {
    return open(path, adapter, weights, Quantization.NONE);
  }

  /** Begins to load both as {@link #open(Path, Scope, Quantization)} does. */
  public static ChatModel open(Path path, Path adapter, Scope weights, Quantization quantization) {
    var base = base(path, weights, quantization);
    try {
      return base.withAdapter(adapter, weights);
    } catch (RuntimeException failed) {
      base.close();
      throw failed;
    }
  }

  private static ChatModel base(Path path, Scope weights, Quantization quantization) {
    var opened = Models.open(path, weights, quantization);
    try {
      return new ChatModel(opened, path, opened.model(), Optional.empty(),
          ModelText.deferred(opened.source()));
    } catch (RuntimeException failed) {
      opened.close();
      throw failed;
    }
  }

  /** Parses the tokenizer while the weights are looked through. */
  private ChatModel loaded() {
    try {
      text.tokenizer();
      requireFinite();
      return this;
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  /**
   * Waits until all weights of the base model have been looked through; those of a model that was loaded have
   * been.
   *
   * @throws linnet.nn.io.ModelFormatException if some are infinite or not a number
   */
  public void requireFinite() {
    base.requireFinite();
  }

  /** Whether a folder holds an adapter. */
  public static boolean isAdapter(Path path) {
    return Files.isRegularFile(path.resolve(AdapterFiles.CONFIG));
  }

  /**
   * The model with new adapters, which train while the base stays as it is.
   *
   * @param config ranks, scales and targets
   * @param key what the adapters are drawn from
   * @param training where they live
   * @throws IllegalArgumentException if the model has an adapter already, or no such targets
   */
  public ChatModel withAdapter(LoraConfig config, RandomKey key, Scope training) {
    return withModel(Lora.apply(model, config, key, training), Optional.of(config));
  }

  /** The same with a chat template that the user chose. */
  public ChatModel withTemplate(TemplateChoice template) {
    return new ChatModel(base, basePath, model, adapter, text.with(template));
  }

  /**
   * The model with an adapter that was saved. The base's weights are shared and only read, so that many
   * adapters can stand on one, be used from several threads at once, and be chosen for each request; each
   * takes the memory of its own weights alone, until its scope is closed.
   *
   * @param adapter a folder in PEFT's layout
   * @param scope where the adapter lives, on the base's backend
   * @return the model; close only the base
   * @throws linnet.nn.json.JsonException if the adapter's configuration is malformed, or asks for what is not
   *     supported
   * @throws linnet.nn.io.ModelFormatException if it is not an adapter of this model
   * @throws IllegalArgumentException if this model has an adapter already
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public ChatModel withAdapter(Path adapter, Scope scope) {
    var adapted = adapted(adapter, scope);
    var own = Files.exists(adapter.resolve(ModelFiles.TOKENIZER)) ? ModelText.deferred(adapter) : text;
    return new ChatModel(base, basePath, adapted.model(), Optional.of(adapted.config()), own);
  }

  private AdapterFiles.Loaded<CausalLm> adapted(Path adapter, Scope scope) {
    try {
      return AdapterFiles.load(adapter, model, scope);
    } catch (ModelFormatException unfit) {
      var here = named(basePath.toAbsolutePath().normalize());
      throw AdapterFiles.baseModel(adapter).filter(trained -> !trained.nameOrPath().equals(here.nameOrPath()))
          .map(trained -> new ModelFormatException(unfit.getMessage() + "; the adapter was trained on "
              + trained.nameOrPath() + " and is put on " + here.nameOrPath()
              + " here, most likely another model: give it its own")).orElse(unfit);
    }
  }

  /** The same base with other parts of it trainable or adapted. */
  public ChatModel withModel(CausalLm other, Optional<LoraConfig> otherAdapter) {
    return new ChatModel(base, basePath, other, otherAdapter, text);
  }

  /** What decides which tokens conversations become: this without its weights. */
  public ChatText chatText() {
    return new ChatText(text, base.eosTokenIds(), model.config().maxPositionEmbeddings());
  }

  /** The tokens that end an answer, see {@link ChatText#stopIds}. */
  public Set<Integer> stopIds() {
    return chatText().stopIds();
  }

  /** What turns conversations into rows, see {@link ChatText#encoder}. */
  public ConversationEncoder encoder(int maxLength) {
    return chatText().encoder(maxLength);
  }

  /**
   * The ids of a conversation, up to where the model's answer begins. Special tokens come from the template
   * only: one that is spelled in a message is encoded as text.
   */
  public int[] prompt(List<Message> messages) {
    var request = ChatRequest.of(messages).ending(ChatRequest.Ending.GENERATION_PROMPT);
    var rendered = text.template().renderPrompt(request);
    return text.tokenizer().encode(rendered.text(), rendered.content()).ids();
  }

  /**
   * Generates an answer.
   *
   * @param onText is given the answer piece by piece as it comes, without special tokens; whole characters
   *     only
   */
  public Generation generate(int[] promptIds, SamplingConfig sampling, Consumer<String> onText) {
    var decoder = text.tokenizer().decoder(Specials.SKIP);
    var generation = Generator.generate(model, promptIds, sampling, id -> onText.accept(decoder.accept(id)));
    onText.accept(decoder.finish());
    return generation;
  }

  /**
   * Writes what {@link #load} reads back: the adapter in PEFT's layout, or all weights of a model without
   * one; with it tokenizer and template. Each file appears whole or not at all. Weights that are not the base's
   * count as trained: what was merged into the base before cannot be taken out of them.
   *
   * @param folder made if it is missing
   * @param dtype F32, F16 or BF16 for weights; adapters are always F32
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public void save(Path folder, DType dtype) {
    text.savedTokenizer().save(folder);
    if (adapter.isPresent()) {
      AdapterFiles.write(folder, model, adapter.get(), named(basePath.toAbsolutePath().normalize()));
    } else {
      var merged = MergeRecord.of(base.source());
      Models.save(folder, model, base.source().config().asObject(), dtype,
          MergeRecord.metadata(model == base.model() ? merged : MergeRecord.trained(merged)));
    }
  }

  /** What lies in the Hub's cache by its name, so that the adapter finds it on other machines; else by path. */
  private static BaseModel named(Path base) {
    return Hub.nameOf(base).filter(name -> name.file().isEmpty())
        .map(name -> new BaseModel(name.repo(), name.revision()))
        .orElseGet(() -> BaseModel.at(base.toString()));
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    base.close();
  }
}
