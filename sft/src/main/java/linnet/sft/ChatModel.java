package linnet.sft;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import linnet.nn.generate.Generation;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.LoadedModel;
import linnet.nn.model.Models;
import linnet.sft.data.ConversationEncoder;
import linnet.sft.data.TurnEnd;
import linnet.sft.template.ChatRequest;
import linnet.sft.template.Message;
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
    if (!isAdapter(path)) {
      return base(path, weights);
    }
    var config = path.resolve(AdapterFiles.CONFIG);
    var named = AdapterFiles.describe(path).baseModel().map(Path::of)
        .orElseThrow(() -> new IllegalArgumentException(config
            + ": base_model_name_or_path: found none; give the base model and the adapter apart"));
    if (!Files.exists(named)) {
      throw new IllegalArgumentException(config + ": base_model_name_or_path: found \"" + named
          + "\", which does not exist here; give the base model and the adapter apart");
    }
    return load(named, path, weights);
  }

  /**
   * Loads a model and an adapter onto it.
   *
   * @param path the base model: a Hugging Face folder or a GGUF file
   * @param adapter a folder in PEFT's layout
   * @param weights the lifetime of both; close the result after it
   */
  public static ChatModel load(Path path, Path adapter, Scope weights) {
    var base = base(path, weights);
    try {
      var adapted = AdapterFiles.load(adapter, base.model(), weights);
      var text = Files.exists(adapter.resolve("tokenizer.json")) ? ModelText.open(adapter) : base.text();
      return new ChatModel(base.base(), path, adapted.model(), Optional.of(adapted.config()), text);
    } catch (RuntimeException failed) {
      base.close();
      throw failed;
    }
  }

  private static ChatModel base(Path path, Scope weights) {
    var loaded = Models.load(path, weights);
    try {
      return new ChatModel(loaded, path, loaded.model(), Optional.empty(), ModelText.of(loaded.source()));
    } catch (RuntimeException failed) {
      loaded.close();
      throw failed;
    }
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

  /** The same base with other parts of it trainable or adapted. */
  public ChatModel withModel(CausalLm other, Optional<LoraConfig> otherAdapter) {
    return new ChatModel(base, basePath, other, otherAdapter, text);
  }

  /**
   * The tokens that end an answer: the model's, the tokenizer's end of text, and the template's end of a
   * turn.
   */
  public Set<Integer> stopIds() {
    var ids = new LinkedHashSet<>(base.eosTokenIds());
    text.tokenizer().specialTokens().eos().ifPresent(ids::add);
    TurnEnd.of(text.template(), text.tokenizer()).ifPresent(ids::add);
    return ids;
  }

  /**
   * What turns conversations into rows for this model.
   *
   * @param maxLength longer rows are cut to so many tokens, or to as many as the model has positions
   */
  public ConversationEncoder encoder(int maxLength) {
    return new ConversationEncoder(text.tokenizer(), text.template(), stopIds(),
        Math.min(maxLength, model.config().maxPositionEmbeddings()));
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
   * one; with it tokenizer and template. Each file appears whole or not at all.
   *
   * @param folder made if it is missing
   * @param dtype F32, F16 or BF16 for weights; adapters are always F32
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public void save(Path folder, DType dtype) {
    text.savedTokenizer().save(folder);
    if (adapter.isPresent()) {
      AdapterFiles.write(folder, model, adapter.get(), basePath.toAbsolutePath().normalize().toString());
    } else {
      Models.save(folder, model, base.source().config().asObject(), dtype);
    }
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    base.close();
  }
}
