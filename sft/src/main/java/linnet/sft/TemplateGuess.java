package linnet.sft;

import static linnet.sft.template.BuiltInTemplate.CHATML;
import static linnet.sft.template.BuiltInTemplate.GEMMA;
import static linnet.sft.template.BuiltInTemplate.LLAMA2;
import static linnet.sft.template.BuiltInTemplate.LLAMA3;
import static linnet.sft.template.BuiltInTemplate.MISTRAL;
import static linnet.sft.template.BuiltInTemplate.PHI3;
import static linnet.sft.template.BuiltInTemplate.QWEN3;
import static linnet.sft.template.BuiltInTemplate.ROLE_COLON;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import linnet.sft.template.BuiltInTemplate;
import linnet.sft.tokenizer.Tokenizer;

/** Which built-in template fits a model that brings none, and whether one fits at all. */
final class TemplateGuess {
  private static final String EOS = "eos_token";

  private TemplateGuess() {}

  /** The template of the model's family whose tokens it has, or of another family's, or the plainest. */
  static BuiltInTemplate of(String modelType, Tokenizer tokenizer, Map<String, String> specialTokens) {
    return Stream.concat(family(modelType, specialTokens).stream(), Stream.of(CHATML, LLAMA3, GEMMA, PHI3))
        .filter(template -> missing(template, tokenizer, specialTokens).isEmpty())
        .findFirst().orElse(ROLE_COLON);
  }

  private static List<BuiltInTemplate> family(String modelType, Map<String, String> specialTokens) {
    var sentencePiece = "</s>".equals(specialTokens.get(EOS)); // as Llama 2 and Mistral end their turns
    return switch (modelType) {
      case "llama" -> sentencePiece ? List.of(LLAMA3, CHATML, LLAMA2) : List.of(LLAMA3, CHATML);
      case "mistral" -> sentencePiece ? List.of(CHATML, MISTRAL) : List.of(CHATML);
      case "qwen3" -> List.of(QWEN3);
      case "gemma", "gemma2", "gemma3", "gemma3_text" -> List.of(GEMMA);
      case "phi3" -> List.of(PHI3);
      default -> List.of();
    };
  }

  /** What a template needs and a tokenizer lacks. */
  static List<String> missing(BuiltInTemplate template, Tokenizer tokenizer,
      Map<String, String> specialTokens) {
    var missing = new ArrayList<String>();
    template.specialTokens().stream().filter(name -> !specialTokens.containsKey(name)).forEach(missing::add);
    template.marks().stream().filter(mark -> tokenizer.encode(mark).size() != 1).forEach(missing::add);
    return missing;
  }
}
