package linnet.sft.tokenizer;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;

/** Strings of the kinds that tokenizers trip over. */
final class Texts extends DomainContextBase {
  private static final List<String> PIECES = List.of("the", " the", "'s", "'S", "'ſ", "'Ll", "'VE", "'", "'x",
      "1", "2345", "１２", "½", "Ⅷ", " ", "   ", "\t", "\n", "\r\n", " \n ", "\u00a0", "\u2003", "\u2028",
      "\u0085", "\u3000", "é", "e\u0301", "\u0323\u0301", "\u212b", "가", "\u1100\u1161\u11a8",
      "ﬁ", "ｶﾞ", "İ", "Σ", "!", "?!", "...", "_", "$+", "中文", "мир", "😀", "❤\ufe0f\u200d🔥", "𝔘", "\0",
      "\ue000", "<|end|>", "<|e", "\ud81b\udd63\ud81b\udd67");

  /** Well-formed strings: pieces that matter, and any code points. */
  @Provide
  Arbitrary<String> text() {
    var anything = Arbitraries.integers().between(0, Character.MAX_CODE_POINT)
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE).map(Character::toString);
    var ascii = Arbitraries.strings().ascii().ofMaxLength(6);
    return Arbitraries.frequencyOf(Tuple.of(6, Arbitraries.of(PIECES)),
        Tuple.of(1, anything), Tuple.of(2, ascii))
        .list().ofMaxSize(14).map(parts -> String.join("", parts));
  }

  /** A string that may hold lone surrogates. */
  static Arbitrary<String> withLoneSurrogates() {
    var surrogates = Arbitraries.chars().range(Character.MIN_SURROGATE, Character.MAX_SURROGATE)
        .map(String::valueOf);
    return Combinators.combine(Arbitraries.of(PIECES), surrogates, Arbitraries.of(PIECES))
        .as((before, lone, after) -> before + lone + after).list().ofMaxSize(5)
        .map(parts -> String.join("", parts));
  }
}
