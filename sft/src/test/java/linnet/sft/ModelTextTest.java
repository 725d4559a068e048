package linnet.sft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import linnet.nn.io.GgufModel;
import linnet.sft.template.ChatRequest;
import linnet.sft.template.ChatTemplate;
import linnet.sft.template.Message;
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
  }

  @Test
  void aModelsTemplateIsKept() {
    var text = ModelText.open(TinyChatModel.write(folder, true));
    assertTrue(text.templateIsModels());
    assertTrue(text.ggufMetadata().containsKey(GgufModel.CHAT_TEMPLATE));
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
