package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.nn.io.GgufTokenizer;
import org.junit.jupiter.api.Test;

class GgufTokenizerTest {
  private static final int BOS = 256;
  private static final int EOS = 257;
  private static final int USER = 258;

  private static final Optional<String> TEMPLATE = Optional.of("{{ messages }}");

  /** The 256 bytes, two control tokens, a user-defined one, and "ab". */
  private static GgufTokenizer data(String pre) {
    var tokens = new ArrayList<>(ByteAlphabet.inOrder());
    tokens.addAll(List.of("<s>", "</s>", "<tab>", "ab"));
    var kinds = new ArrayList<>(Collections.nCopies(tokens.size(), 1));
    kinds.set(BOS, 3);
    kinds.set(EOS, 3);
    kinds.set(USER, 4);
    return new GgufTokenizer("gpt2", Optional.of(pre), tokens, kinds, List.of("a b"), OptionalInt.of(BOS),
        OptionalInt.of(EOS), OptionalInt.empty(), OptionalInt.empty(), Optional.of(true), Optional.of(false),
        Optional.of(false));
  }

  private static GgufTokenizer with(GgufTokenizer d, String model, List<Integer> kinds, List<String> merges,
      OptionalInt bos) {
    return new GgufTokenizer(model, d.pre(), d.tokens(), kinds, merges, bos, d.eos(), d.unknown(),
        d.padding(), d.addBos(), d.addEos(), d.addSpacePrefix());
  }

  private static GgufTokenizer saying(GgufTokenizer d, Optional<String> pre, Optional<Boolean> addBos) {
    return new GgufTokenizer(d.model(), pre, d.tokens(), d.kinds(), d.merges(), d.bos(), d.eos(), d.unknown(),
        d.padding(), addBos, d.addEos(), d.addSpacePrefix());
  }

  private static Tokenizer build(GgufTokenizer data) {
    return Tokenizer.ofGguf(data, TEMPLATE, "m.gguf");
  }

  @Test
  void tokensHaveTheirTypes() {
    var tokenizer = build(data("gpt-2"));
    var encoding = tokenizer.encodeWithSpecialTokens("ab</s><tab>");
    assertArrayEquals(new int[] {BOS, 259, EOS, USER}, encoding.ids());
    assertArrayEquals(new int[] {0, 0, 2, 6}, encoding.starts());
    assertEquals("ab<tab>", tokenizer.decode(encoding.ids(), Specials.SKIP));
    assertEquals(OptionalInt.of(EOS), tokenizer.specialTokens().eos());
    assertEquals(OptionalInt.empty(), tokenizer.specialTokens().pad());
    assertEquals(Optional.of("{{ messages }}"), tokenizer.config().chatTemplate());
  }

  @Test
  void everySchemeGoesThereAndBack() {
    for (var scheme : ByteLevelScheme.values()) {
      var data = data(scheme.ggufName());
      assertEquals(data, build(data).toGguf(), scheme.name());
    }
  }

  /** Rows of an embedding behind the tokens are no tokens. */
  @Test
  void unusedRowsAreNotRead() {
    var d = data("gpt-2");
    assertEquals(d, build(d.withRows(d.tokens().size() + 3)).toGguf());
  }

  @Test
  void aFileWithoutPreIsCutByTheDefault() {
    var d = data("default");
    assertEquals(d, build(saying(d, Optional.empty(), d.addBos())).toGguf());
  }

  @Test
  void llama3AndTekkenStartATextWhereTheFileDoesNotSay() {
    for (var scheme : ByteLevelScheme.values()) {
      var silent = build(saying(data(scheme.ggufName()), Optional.of(scheme.ggufName()), Optional.empty()));
      boolean starts = scheme == ByteLevelScheme.LLAMA3 || scheme == ByteLevelScheme.TEKKEN;
      assertEquals(starts ? 2 : 1, silent.encodeWithSpecialTokens("a").size());
    }
  }

  @Test
  void anotherNormaliserHasNoNameInGguf() {
    var tokenizer = Tokenizer.load(GoldenCases.folder("small-bytelevel"));
    assertThrows(TokenizerException.class, tokenizer::toGguf);
  }

  @Test
  void errorsNameTheKey() {
    var d = data("gpt-2");
    assertRefused(with(d, "t5", d.kinds(), d.merges(), d.bos()),
        "m.gguf: tokenizer.ggml.model: found \"t5\", expected \"gpt2\" or \"llama\"");
    assertRefused(with(d, "llama", d.kinds(), d.merges(), d.bos()),
        "m.gguf: tokenizer.ggml.scores: found none, expected one for each token: they say what merges first");
    assertRefused(with(d, "gpt2", List.of(1), d.merges(), d.bos()),
        "m.gguf: tokenizer.ggml.token_type: found 1 types, expected one for each of 260 tokens");
    assertRefused(with(d, "gpt2", d.kinds(), List.of("ab"), d.bos()),
        "m.gguf: tokenizer.ggml.merges[0]: found \"ab\", expected two tokens with a space between them");
    assertRefused(with(d, "gpt2", d.kinds(), List.of("a zz"), d.bos()),
        "m.gguf: tokenizer.ggml.merges[0]: found \"a\" and \"zz\", expected \"zz\" to be in the vocabulary");
    assertRefused(with(d, "gpt2", d.kinds(), d.merges(), OptionalInt.empty()),
        "m.gguf: tokenizer.ggml.bos_token_id: found none, expected one because encoding is to add it");
    assertRefused(with(d, "gpt2", d.kinds(), d.merges(), OptionalInt.of(999)),
        "m.gguf: tokenizer.ggml.bos_token_id: found 999, expected an id below 260");
    assertTrue(assertThrows(TokenizerException.class, () -> build(data("viking"))).getMessage()
        .startsWith("m.gguf: tokenizer.ggml.pre: found \"viking\", expected one of [a.x-4.0, codeshell, "));
  }

  private static void assertRefused(GgufTokenizer data, String message) {
    assertEquals(message, assertThrows(TokenizerException.class, () -> build(data)).getMessage());
  }
}
