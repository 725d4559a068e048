package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerConfigTest {
  private static TokenizerConfig read(String json) {
    String source = "tokenizer_config.json";
    return TokenizerConfig.read(JsonCursor.of(Json.parse(json, source), source));
  }

  @Test
  void rolesAreStringsOrObjects() {
    var config = read("""
        {"bos_token": "<|im_start|>", "eos_token": {"content": "<|im_end|>", "lstrip": false},
         "pad_token": null}""");
    assertEquals(Optional.of("<|im_start|>"), config.bosToken());
    assertEquals(Optional.of("<|im_end|>"), config.eosToken());
    assertEquals(Optional.empty(), config.padToken());
    var tokenizer = Tokenizer.load(GoldenCases.folder("small-bytelevel")).withConfig(config);
    var expected = new SpecialTokens(
        OptionalInt.of(1), OptionalInt.of(2), OptionalInt.empty(), OptionalInt.empty());
    assertEquals(expected, tokenizer.specialTokens());
  }

  @Test
  void aRoleWithoutATokenIsRefused() {
    var tokenizer = Tokenizer.load(GoldenCases.folder("small-bytelevel"));
    var config = read("{\"eos_token\": \"</s>\"}");
    assertEquals("tokenizer_config.json: eos_token: found \"</s>\", expected a token of the vocabulary; "
        + "correct it or remove it",
        assertThrows(TokenizerException.class, () -> tokenizer.withConfig(config)).getMessage());
  }

  @Test
  void everythingElseIsKept() {
    var json = "{\"model_max_length\":8192,\"extra\":[1.50,{\"a\":null}],\"unk_token\":\"<unk>\","
        + "\"chat_template\":\"{{x}}\"}";
    assertEquals(json, read(json).toJson().compact());
  }

  @Test
  void namedTemplatesKeepTheirNames() {
    var config = read("""
        {"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}""");
    assertEquals(Optional.of("D"), config.chatTemplate());
    assertEquals("T", config.chatTemplates().get("tool_use"));
    assertEquals(config, TokenizerConfig.read(JsonCursor.of(config.toJson(), "again")));
    assertEquals(List.of("default", "tool_use"),
        List.copyOf(config.withChatTemplate("E").chatTemplates().keySet()));
  }

  @Test
  void aTemplateFileBesideTheConfigurationCounts(@TempDir Path folder) throws IOException {
    var file = folder.resolve("tokenizer.json");
    Files.copy(GoldenCases.folder("small-bytelevel").resolve("tokenizer.json"), file);
    Files.writeString(folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": \"old\", \"eos_token\": \"<|im_end|>\"}");
    assertEquals(Optional.of("old"), Tokenizer.load(folder).config().chatTemplate());
    Files.writeString(folder.resolve("chat_template.jinja"), "new\n");
    assertEquals(Optional.of("new\n"), Tokenizer.load(file).config().chatTemplate());
  }

  @Test
  void cleaningUpNeedsBothMembers() {
    assertFalse(read("{\"clean_up_tokenization_spaces\": true}").cleanUpSpaces());
    var tokenizer = Tokenizer.load(GoldenCases.folder("small-bytelevel"));
    var ids = tokenizer.encode("Hello , you ' re . It 's n't").ids();
    var config = read("{\"clean_up_tokenization_spaces\": true, "
        + "\"clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output\": true}");
    assertTrue(config.cleanUpSpaces());
    assertEquals(" Hello, you're. It'sn't", tokenizer.withConfig(config).decode(ids));
    assertEquals(" Hello , you ' re . It 's n't", tokenizer.decode(ids));
  }

  @Test
  void malformedMembersAreNamed() {
    assertEquals("tokenizer_config.json: chat_template[0].template: found 1, expected a string",
        assertThrows(IllegalArgumentException.class,
            () -> read("{\"chat_template\": [{\"name\": \"a\", \"template\": 1}]}")).getMessage());
  }
}
