package linnet.sft.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The templates that come with Linnet, each in a file of its own. Where a model's makers have published one,
 * conversations become the same text. What a template has no place for, such as a role or tools, it refuses:
 * an answer would otherwise be trained without what it answers.
 */
public enum BuiltInTemplate {
  /** {@code <|im_start|>role … <|im_end|>}, the most widespread. */
  CHATML(List.of(), "<|im_start|>", "<|im_end|>"),
  /** Llama 2 Chat: {@code [INST] … [/INST] … </s>}, the system message within the first turn. */
  LLAMA2(List.of("bos_token", "eos_token")),
  /** Llama 3 Instruct: {@code <|start_header_id|>role<|end_header_id|> … <|eot_id|>}. */
  LLAMA3(List.of("bos_token"), "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
  /** Stanford Alpaca: {@code ### Instruction: … ### Response: …}. */
  ALPACA(List.of("eos_token")),
  /** Vicuna 1.1: {@code USER: … ASSISTANT: …}. */
  VICUNA(List.of("eos_token")),
  /** Zephyr: {@code <|user|> … </s>}. */
  ZEPHYR(List.of("eos_token")),
  /** Mistral Instruct 0.2: {@code [INST] … [/INST] … </s>}, the system message within the first turn. */
  MISTRAL(List.of("bos_token", "eos_token")),
  /** Gemma: {@code <start_of_turn>role … <end_of_turn>}, the system message within the first turn. */
  GEMMA(List.of("bos_token"), "<start_of_turn>", "<end_of_turn>"),
  /** Phi 3: {@code <|user|> … <|end|>}. */
  PHI3(List.of("eos_token"), "<|user|>", "<|assistant|>", "<|end|>"),
  /** Qwen 3: ChatML with tools and with reasoning in {@code <think>}. */
  QWEN3(List.of(), "<|im_start|>", "<|im_end|>"),
  /** {@code User: … Assistant: …}, for models without tokens for turns. */
  ROLE_COLON(List.of());

  private final List<String> specialTokens;
  private final List<String> marks;

  BuiltInTemplate(List<String> specialTokens, String... marks) {
    this.specialTokens = specialTokens;
    this.marks = List.of(marks);
  }

  /**
   * The template of a name.
   *
   * @param name such as {@code llama3}
   * @return the template, or empty where there is none of that name
   */
  public static Optional<BuiltInTemplate> named(String name) {
    return Arrays.stream(values()).filter(template -> template.title().equals(name)).findFirst();
  }

  /**
   * All names, as messages list them.
   *
   * @return the names with commas between them
   */
  public static String names() {
    return Arrays.stream(values()).map(BuiltInTemplate::title).collect(Collectors.joining(", "));
  }

  /**
   * The name that it is chosen by.
   *
   * @return such as {@code llama3}
   */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The special tokens that a tokenizer must have, by the names that templates use.
   *
   * @return such as {@code eos_token}
   */
  public List<String> specialTokens() {
    return specialTokens;
  }

  /**
   * What the template writes as marks of turns: each must be one token, or a model would not see it as one.
   *
   * @return such as {@code <|im_end|>}
   */
  public List<String> marks() {
    return marks;
  }

  /**
   * The Jinja source.
   *
   * @return the source
   */
  public String source() {
    try (var in = BuiltInTemplate.class.getResourceAsStream(title() + ".jinja")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
