package linnet.nn.model;

import java.util.List;
import java.util.stream.Collectors;
import linnet.nn.json.JsonCursor;

/** The model families there are. */
final class Families {
  private static final List<Family> ALL = List.of(new Llama(), new Mistral(), new Qwen2(), new Qwen3(),
      new SmolLm3(), new Gpt2(), new Phi(), new Phi3(), new Gemma2(), new Gemma3());

  private Families() {}

  /** The family that a {@code config.json} names. */
  private static Family of(JsonCursor config) {
    var field = config.at("model_type");
    var name = field.asString();
    var family = ALL.stream().filter(f -> f.modelType().equals(name)).findFirst()
        .orElseThrow(() -> field.error("a supported model_type: " + supported()));
    config.opt("architectures").ifPresent(names -> {
      for (var architecture : names.elements()) {
        if (!isOf(family, architecture.asString())) {
          throw architecture.error("a supported architecture: " + family.architecture());
        }
      }
    });
    return family;
  }

  /** A model saved without its head calls itself so; Llama's first files wrote LLaMAForCausalLM. */
  private static boolean isOf(Family family, String architecture) {
    var whole = family.architecture();
    var bare = whole.replaceFirst("ForCausalLM|LMHeadModel", "Model");
    return architecture.equalsIgnoreCase(whole) || architecture.equals(bare);
  }

  /** The content of a {@code config.json}, with the defaults of its family where it lacks a field. */
  static ModelConfig read(JsonCursor config) {
    var family = of(config);
    var given = config.asObject();
    var completed = given.toBuilder();
    family.defaults().forEach((field, value) -> {
      if (given.get(field).isEmpty()) {
        completed.put(field, value);
      }
    });
    return family.read(new JsonCursor(config.source(), config.path(), completed.build()));
  }

  private static String supported() {
    return ALL.stream().map(f -> f.modelType() + " (" + f.architecture() + ")")
        .collect(Collectors.joining(", "));
  }
}
