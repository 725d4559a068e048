package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A malformed {@code tokenizer.json} is refused with an error that names file, field, value and cure. */
class MalformedTokenizerTest {
  private static final Json.Obj GOOD =
      JsonCursor.read(GoldenCases.folder("small-bytelevel").resolve("tokenizer.json")).asObject();
  private static final List<Json> STRANGERS = List.of(Json.NULL, Json.TRUE, Json.of(-1), Json.of(1L << 31),
      Json.of(2_000_000_000), Json.of(0.5), Json.of(""), Json.of("\0"), Json.of("Ġ"), Json.of("[("),
      Json.of(List.of()), Json.object().build(), Json.object().put("type", "Sequence").build(),
      Json.object().put("id", "B").build());

  /** Puts a stranger in place of any value, or takes the value away. */
  @Property(tries = 1500)
  void damageGivesTheDocumentedExceptionOrATokenizer(@ForAll int seed) {
    var random = new Random(seed);
    var damaged = damage(GOOD, random);
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
    for (int i = 0; i < Integer.getInteger("linnet.fuzz", 600); i++) {
      long seed = random.nextLong();
      var bytes = files.get(i % files.size());
      try {
        var damaged = damage(bytes, new Random(seed));
        use(JsonCursor.of(Json.parse(damaged, "tokenizer.json"), "tokenizer.json"));
      } catch (JsonException | TokenizerException documented) {
        assertFalse(documented.getMessage().isBlank());
      } catch (Throwable wrong) {
        throw new AssertionError("file " + i % files.size() + ", seed " + seed, wrong);
      }
    }
  }

  /** Half of the time values of the document, else a few of its bytes. */
  private static byte[] damage(byte[] bytes, Random random) {
    if (random.nextBoolean()) {
      Json json = Json.parse(bytes, "tokenizer.json");
      for (int n = random.nextInt(3); n >= 0; n--) {
        json = damage(json, random);
      }
      return json.toString().getBytes(StandardCharsets.UTF_8);
    }
    var damaged = bytes.clone();
    for (int n = random.nextInt(4); n >= 0; n--) {
      // The parts other than the model stand at the beginning, and count as much as it.
      int at = random.nextInt(random.nextBoolean() ? damaged.length : Math.min(2500, damaged.length));
      char sign = "[]{}\",:0\\ae".charAt(random.nextInt(11));
      damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : sign);
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged;
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
  }

  private static Tokenizer load(String part, Json json) {
    var changed = GOOD.toBuilder().put(part, json).build();
    return new Tokenizer(TokenizerJson.read(JsonCursor.of(changed, "tokenizer.json")), TokenizerConfig.EMPTY);
  }

  private static Json damage(Json json, Random random) {
    int size = switch (json) {
      case Json.Obj(var members) -> members.size();
      case Json.Arr(var elements) -> elements.size();
      default -> 0;
    };
    if (size == 0 || random.nextInt(5) == 0) {
      return STRANGERS.get(random.nextInt(STRANGERS.size()));
    }
    int chosen = random.nextInt(size);
    boolean removed = random.nextInt(6) == 0;
    if (json instanceof Json.Arr(var elements)) {
      var changed = new ArrayList<>(elements);
      var old = changed.remove(chosen);
      if (!removed) {
        changed.add(chosen, damage(old, random));
      }
      return Json.of(changed);
    }
    var object = (Json.Obj) json;
    String name = List.copyOf(object.members().keySet()).get(chosen);
    return removed ? object.toBuilder().remove(name).build()
        : object.toBuilder().put(name, damage(object.members().get(name), random)).build();
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
