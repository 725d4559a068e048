package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import linnet.sft.Damage;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A malformed {@code tokenizer.json} is refused with an error that names file, field, value and cure. */
class MalformedTokenizerTest {
  private static final Json.Obj GOOD =
      JsonCursor.read(GoldenCases.folder("small-bytelevel").resolve("tokenizer.json")).asObject();
  private static final byte[] CONFIG = """
      {"bos_token": "<|im_start|>", "eos_token": {"content": "<|im_end|>", "lstrip": false, "special": true},
       "unk_token": null, "pad_token": {"content": "<|im_end|>"}, "add_bos_token": true,
       "extra": [1, {"a": 2}],
       "added_tokens_decoder": {"0": {"content": "<|endoftext|>", "special": true, "normalized": false},
         "1": {"content": "<|im_start|>", "single_word": false, "rstrip": true}},
       "clean_up_tokenization_spaces": false, "model_max_length": 1e30, "tokenizer_class": "GPT2Tokenizer",
       "chat_template": [{"name": "default", "template": "{{ messages }}"},
         {"name": "rag", "template": ""}]}
      """.getBytes(StandardCharsets.UTF_8);

  /** Puts a stranger in place of any value, or takes the value away. */
  @Property(tries = 1500)
  void damageGivesTheDocumentedExceptionOrATokenizer(@ForAll int seed) {
    var random = new Random(seed);
    var damaged = Damage.value(GOOD, random);
    try {
      use(JsonCursor.of(damaged, "tokenizer.json"));
    } catch (JsonException | TokenizerException documented) {
      assertTrue(documented.getMessage().startsWith("tokenizer.json: "), documented.getMessage());
    }
  }

  /**
   * The families' tokenizers with values and bytes damaged: nothing but the documented exceptions. {@code
   * -Dlinnet.fuzz=100000} tries more.
   */
  @Example
  void damagedFamiliesGiveTheDocumentedExceptionsOrATokenizer() {
    var files = Stream.concat(FamilyTokenizersTest.families(), TokenizerVariantsTest.variants())
        .map(name -> JsonCursor.bytes(GoldenCases.folder(name).resolve("tokenizer.json"))).toList();
    var random = new Random(1);
    for (int i = 0; i < Damage.COUNT; i++) {
      long seed = random.nextLong();
      var bytes = files.get(i % files.size());
      try {
        var damaged = Damage.document(bytes, new Random(seed));
        use(JsonCursor.of(Json.parse(damaged, "tokenizer.json"), "tokenizer.json"));
      } catch (JsonException | TokenizerException documented) {
        Damage.requireMessage(seed, documented);
      } catch (Throwable wrong) {
        throw new AssertionError("file " + i % files.size() + ", seed " + seed, wrong);
      }
    }
  }

  @Example
  void damagedConfigsGiveTheDocumentedExceptionsOrATokenizer() {
    var tokenizer = new Tokenizer(TokenizerJson.read(JsonCursor.of(GOOD, "tokenizer.json")),
        TokenizerConfig.EMPTY);
    for (int seed = 0; seed < Damage.COUNT; seed++) {
      try {
        var damaged = Damage.document(CONFIG, new Random(seed));
        var json = JsonCursor.of(Json.parse(damaged, "tokenizer_config.json"), "tokenizer_config.json");
        var config = TokenizerConfig.read(json);
        config.toJson();
        tokenizer.withConfig(config).specialTokens();
      } catch (JsonException | TokenizerException documented) {
        Damage.requireMessage(seed, documented);
      } catch (Throwable wrong) {
        throw new AssertionError("seed " + seed, wrong);
      }
    }
  }

  private static void use(JsonCursor json) {
    var tokenizer = new Tokenizer(TokenizerJson.read(json), TokenizerConfig.EMPTY);
    var encoding = tokenizer.encodeWithSpecialTokens("Natalia sold 48 clips``  [MASK] é <|im_end|> 中文\n▁");
    tokenizer.decode(encoding.ids(), Specials.SKIP);
    TokenizerJson.write(tokenizer.parts());
  }

  @Example
  void aChainThatDoublesItsTextIsRefused() {
    var twice = Json.object().put("type", "Replace").put("content", "aa")
        .put("pattern", Json.object().put("String", "a")).build();
    var chain = Collections.nCopies(60, (Json) twice);
    var normalizer = Json.object().put("type", "Sequence").put("normalizers", chain).build();
    assertThrows(TokenizerException.class, () -> load("normalizer", normalizer).encode("a"));
    var decoder = load("decoder", Json.object().put("type", "Sequence").put("decoders", chain).build());
    assertThrows(TokenizerException.class, () -> decoder.decode(decoder.id("a").orElseThrow()));
    var bytes = Json.object().put("type", "ByteLevel").put("add_prefix_space", false).put("use_regex", false);
    var steps = load("pre_tokenizer", Json.object().put("type", "Sequence")
        .put("pretokenizers", Collections.nCopies(60, (Json) bytes.build())).build());
    assertThrows(TokenizerException.class, () -> steps.encode("é"));
  }

  @Example
  void aPartThatMakesMuchOfEachCharacterIsRefused() {
    var much = Json.object().put("type", "Replace").put("content", "b".repeat(60_000))
        .put("pattern", Json.object().put("String", "a")).build();
    assertThrows(TokenizerException.class, () -> load("normalizer", much).encode("a".repeat(5000)));
    assertThrows(TokenizerException.class, () -> load("normalizer", much).encode("a<|im_end|>".repeat(500)));
  }

  private static Tokenizer load(String part, Json json) {
    var changed = GOOD.toBuilder().put(part, json).build();
    return new Tokenizer(TokenizerJson.read(JsonCursor.of(changed, "tokenizer.json")), TokenizerConfig.EMPTY);
  }

  @Example
  void namesWhatIsNotSupported() {
    assertRefused("model", Json.object().put("type", "Unigram").build(),
        "tokenizer.json: model.type: found \"Unigram\", expected \"BPE\"");
    assertRefused("normalizer", Json.object().put("type", "Precompiled").build(),
        "tokenizer.json: normalizer.type: found \"Precompiled\", expected NFC, NFD, NFKC, NFKD, Replace, "
            + "Prepend, Lowercase, Strip, StripAccents, ByteLevel, Nmt, BertNormalizer or a Sequence of "
            + "them");
    assertRefused("decoder", Json.object().put("type", "CTC").build(),
        "tokenizer.json: decoder.type: found \"CTC\", expected ByteLevel, ByteFallback, Fuse, Replace, "
            + "Strip, Metaspace, WordPiece, BPEDecoder or a Sequence of them");
  }

  @Example
  void namesTheWrongValue() {
    var split = Json.object().put("type", "Split").put("behavior", "Isolated").put("invert", false)
        .put("pattern", Json.object().put("Regex", "a(b"));
    assertRefused("pre_tokenizer", split.build(),
        "tokenizer.json: pre_tokenizer.pattern.Regex: found the regular expression \"a(b\", "
            + "which is malformed at character 3: expected ); correct the tokenizer's pattern");
    assertRefused("model", model("vocab", Json.object().put("a", 0).put("b", 0).build()),
        "tokenizer.json: model.vocab.b: found 0, expected an id that no other token has");
    assertRefused("model", model("vocab", Json.object().put("a", 2_000_000_000).build()),
        "tokenizer.json: model.vocab.a: found 2000000000, expected an id from 0 to 16399 in a "
            + "vocabulary of 1");
    assertRefused("model", model("merges", Json.of(List.of(Json.strings(List.of("zzz", "a"))))),
        "tokenizer.json: model.merges[0]: found \"zzz\" and \"a\", expected \"zzz\" to be in the vocabulary");
    assertRefused("model", model("merges", Json.strings(List.of("a b c"))),
        "tokenizer.json: model.merges[0]: found \"a b c\", expected two tokens, or a string "
            + "of them with one space between");
    assertRefused("model", model("unk_token", Json.of("zzz")),
        "tokenizer.json: model: unk_token: found \"zzz\", expected a token of the vocabulary");
    assertRefused("model", model("end_of_word_suffix", Json.of("a".repeat(65))),
        "tokenizer.json: model.end_of_word_suffix: found \"" + "a".repeat(40) + "…\", expected at most 64 characters");
    assertRefused("model", model("dropout", Json.of(0.1)),
        "tokenizer.json: model.dropout: found 0.1, expected null: merges are not dropped at random");
  }

  @Example
  void namesASpecialTokenThatDoesNotExist() {
    var template = Json.object().put("type", "TemplateProcessing").put("pair", List.of())
        .put("single", List.of(part("SpecialToken", "<s>"), part("Sequence", "A")))
        .put("special_tokens", Json.object().put("<s>", Json.object().put("id", "<s>")
            .put("ids", Json.ints(9999)).put("tokens", Json.strings(List.of("<s>")))));
    assertRefused("post_processor", template.build(),
        "tokenizer.json: post_processor: found the special token 9999, expected the id of a token");
    assertRefused("post_processor", template.put("single", List.of(part("SpecialToken", "<b>"))).build(),
        "tokenizer.json: post_processor.single[0].SpecialToken.id: found \"<b>\", expected one of "
            + "special_tokens: [<s>]");
    assertRefused("post_processor", template.put("single", List.of(part("SpecialToken", "<s>"))).build(),
        "tokenizer.json: post_processor.single: found an array of 1 element, expected the sequence A "
            + "exactly once");
  }

  private static Json part(String kind, String id) {
    return Json.object().put(kind, Json.object().put("id", id).put("type_id", 0)).build();
  }

  @Example
  void aMissingFileIsNamed() {
    var error = assertThrows(UncheckedIOException.class, () -> Tokenizer.load(Path.of("no/such/folder")));
    assertTrue(error.getMessage().contains("no/such/folder"), error.getMessage());
  }

  private static Json model(String name, Json value) {
    return JsonCursor.of(GOOD, "").at("model").asObject().toBuilder().put(name, value).build();
  }

  private static void assertRefused(String name, Json value, String message) {
    var json = JsonCursor.of(GOOD.toBuilder().put(name, value).build(), "tokenizer.json");
    assertEquals(message,
        assertThrows(IllegalArgumentException.class, () -> TokenizerJson.read(json)).getMessage());
  }
}
