package linnet.sft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;
import linnet.nn.io.ContentHash;
import linnet.nn.io.GgufModel;
import linnet.sft.template.BuiltInTemplate;
import linnet.sft.template.ChatRequest;
import linnet.sft.template.ChatTemplate;
import linnet.sft.template.Message;
import linnet.sft.template.TemplateChoice;
import linnet.sft.tokenizer.BpeTrainer;
import linnet.sft.tokenizer.ByteLevelScheme;
import linnet.sft.tokenizer.TokenizerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizer and template as one thing. */
class ModelTextTest {
  @TempDir
  private Path folder;

  @Test
  void aModelWithoutTemplateGetsChatMl() {
    var text = ModelText.open(TinyChatModel.write(folder, false));
    assertFalse(text.templateIsModels());
    assertEquals(ChatTemplate.CHATML, text.template().source());
    assertFalse(text.ggufMetadata().containsKey(GgufModel.CHAT_TEMPLATE),
        "a guess is not passed on as the model's");
    assertTrue(text.convertedTokenizer().config().chatTemplate().isEmpty(), "nor in a folder");
  }

  @Test
  void aChosenTemplateTakesThePlaceOfTheModels() throws IOException {
    var model = ModelText.open(TinyChatModel.write(folder, true));
    var text = model.with(TemplateChoice.of("zephyr"));
    assertEquals(TemplateOrigin.CHOSEN, text.templateOrigin());
    assertEquals(BuiltInTemplate.ZEPHYR.source(), text.template().source());
    assertEquals("<|user|>\nq<|im_end|>\n",
        text.template().render(ChatRequest.of(List.of(Message.of("user", "q")))));
    assertTrue(text.ggufMetadata().containsKey(GgufModel.CHAT_TEMPLATE), "a choice is passed on");
    assertEquals(text.template().source(), text.savedTokenizer().config().chatTemplate().orElseThrow());
    assertFalse(hash(model).equals(hash(text)), "rows that were encoded with another are not used");
    var file = Files.writeString(folder.resolve("t.jinja"), "<|im_start|><|eot_id|>{{ messages }}");
    assertEquals(List.of("<|eot_id|>"), model.with(TemplateChoice.of(file.toString())).unknownMarks());
  }

  private static String hash(ModelText text) {
    var hash = new ContentHash();
    text.addTo(hash);
    return hash.hex();
  }

  @Test
  void aChosenTemplateWhoseTokensAreMissingIsRefused() {
    var text = ModelText.open(TinyChatModel.write(folder, true)).with(TemplateChoice.of("llama3"));
    var refused = assertThrows(TokenizerException.class, text::template);
    assertTrue(refused.getMessage().contains("bos_token, <|start_header_id|>, <|end_header_id|>, <|eot_id|>")
        && refused.getMessage().contains("fit it: chatml, alpaca, vicuna, zephyr, qwen3, role_colon"),
        refused.getMessage());
  }

  @Test
  void withoutTemplateTheFamilysIsUsedWhereItsTokensAreThere() {
    assertEquals(BuiltInTemplate.CHATML, guess("llama", "<|im_start|>", "<|im_end|>", "</s>", "<s>"));
    assertEquals(BuiltInTemplate.QWEN3, guess("qwen3", "<|im_start|>", "<|im_end|>"));
    assertEquals(BuiltInTemplate.LLAMA3,
        guess("llama", "<s>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"));
    assertEquals(BuiltInTemplate.LLAMA2, guess("llama", "<s>", "</s>"));
    assertEquals(BuiltInTemplate.MISTRAL, guess("mistral", "<s>", "</s>"));
    assertEquals(BuiltInTemplate.GEMMA, guess("gemma2", "<s>", "<start_of_turn>", "<end_of_turn>"));
    assertEquals(BuiltInTemplate.PHI3, guess("phi3", "</s>", "<|user|>", "<|assistant|>", "<|end|>"));
    assertEquals(BuiltInTemplate.CHATML, guess("gpt2", "<|im_start|>", "<|im_end|>"));
    assertEquals(BuiltInTemplate.ROLE_COLON, guess("gpt2", "</s>"));
    assertEquals(BuiltInTemplate.ROLE_COLON, guess("gemma3_text"));
  }

  private static BuiltInTemplate guess(String modelType, String... tokens) {
    var tokenizer = new BpeTrainer(300, 2, ByteLevelScheme.GPT2, List.of(tokens))
        .train(Stream.of("the cat sat on the mat"));
    var specials = new HashMap<String, String>();
    for (var token : tokens) {
      switch (token) {
        case "<s>" -> specials.put("bos_token", token);
        case "</s>" -> specials.put("eos_token", token);
        default -> { }
      }
    }
    return TemplateGuess.of(modelType, tokenizer, specials);
  }

  @Test
  void aModelsTemplateIsKept() {
    var text = ModelText.open(TinyChatModel.write(folder, true));
    assertTrue(text.templateIsModels());
    assertTrue(text.ggufMetadata().containsKey(GgufModel.CHAT_TEMPLATE));
    assertEquals(text.template().source(), text.convertedTokenizer().config().chatTemplate().orElseThrow());
  }

  @Test
  void theTemplateIsSavedBesideTheTokenizer() {
    var text = ModelText.open(TinyChatModel.write(folder.resolve("model"), false));
    text.savedTokenizer().save(folder.resolve("saved"));
    var saved = ModelText.open(folder.resolve("saved"));
    assertEquals(text.template().source(), saved.template().source());
    assertTrue(saved.templateIsModels(), "it was trained with this one");
    assertEquals(text.tokenizer().specialTokens(), saved.tokenizer().specialTokens());
  }

  @Test
  void aTokenizerFileIsEnough() {
    var model = TinyChatModel.write(folder, true);
    assertEquals(ModelText.open(model).template().source(),
        ModelText.open(model.resolve("tokenizer.json")).template().source());
  }

  @Test
  void aMissingPathIsNamed() {
    var missing = folder.resolve("nowhere");
    var failed = assertThrows(RuntimeException.class, () -> ModelText.open(missing));
    assertTrue(failed.getMessage().contains(missing.toString()), failed.getMessage());
  }

  @Test
  void ggufAndFolderOfTheRealModelReadAlike() {
    var gguf = ModelText.open(SmolLm2.gguf());
    var converted = ModelText.open(SmolLm2.folder());
    assertEquals(gguf.template().source().strip(), converted.template().source().strip());
    assertEquals(gguf.tokenizer().specialTokens(), converted.tokenizer().specialTokens());
    var request = ChatRequest.of(List.of(Message.of("user", "Is 3   4 more than ²?")));
    var text = gguf.template().render(request);
    assertEquals(text, converted.template().render(request));
    assertEquals(List.of(2), gguf.tokenizer().specialTokens().eos().stream().boxed().toList());
    assertArrayEquals(gguf.tokenizer().encode(text).ids(), converted.tokenizer().encode(text).ids());
  }
}
