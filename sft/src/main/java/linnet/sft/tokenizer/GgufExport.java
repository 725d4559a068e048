package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import linnet.nn.io.GgufTokenizer;

/**
 * A tokenizer as GGUF's metadata. What these have no word for is told where llama.cpp's own converter leaves
 * it out too, and refused otherwise.
 */
final class GgufExport {
  private static final String SPACE = "▁";

  private final Tokenizer tokenizer;
  private final TokenizerParts parts;
  private final List<String> tokens = new ArrayList<>();
  private final List<Integer> kinds = new ArrayList<>();

  private GgufExport(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    parts = tokenizer.parts();
  }

  static GgufTokenizer data(Tokenizer tokenizer) {
    return new GgufExport(tokenizer).data();
  }

  /** The name of a model with this tokenizer, by which llama.cpp takes white space behind tokens or not. */
  static String modelName(Tokenizer tokenizer, String name) {
    if (!GgufKinds.namesPhi3(name)) {
      return isPhi3(tokenizer) ? "Phi-3 " + name : name;
    }
    boolean opens = GgufKinds.NEEDED_IN_PHI3.stream().allMatch(token -> tokenizer.id(token).isPresent());
    return opens ? name : GgufKinds.withoutPhi3(name);
  }

  private static boolean isPhi3(Tokenizer tokenizer) {
    var added = tokenizer.addedTokens().values();
    return added.stream().anyMatch(AddedToken::rstrip) && added.stream()
        .allMatch(token -> token.rstrip() == GgufKinds.takesSpaceInPhi3(token.content()));
  }

  /** What is left out in a model of a name, a sentence each. */
  static List<String> leftOut(Tokenizer tokenizer, String name) {
    var notes = new ArrayList<String>();
    var parts = tokenizer.parts();
    if (ByteLevelScheme.of(parts).isPresent() && parts.normalizer() != null) {
      notes.add("GGUF has no word for the tokenizer's NFC: llama.cpp encodes decomposed characters as they"
          + " are");
    }
    if (parts.preTokenizer() instanceof PreTokenizer.Metaspace(_, var prepend, _)
        && prepend == PreTokenizer.Metaspace.Prepend.FIRST) {
      notes.add("GGUF has no word for a space before the first piece of a text alone: llama.cpp puts none,"
          + " which is right behind a token, as in the template's prompts");
    }
    boolean phi3 = GgufKinds.namesPhi3(modelName(tokenizer, name));
    tokenizer.addedTokens().values().stream()
        .filter(token -> token.rstrip() != (phi3 && GgufKinds.takesSpaceInPhi3(token.content())))
        .findFirst().ifPresent(token -> notes.add("GGUF has no word for white space that belongs to the token"
            + " before it: behind " + token.content() + " llama.cpp "
            + (token.rstrip() ? "encodes it by itself" : "drops it, as behind all tokens of Phi-3")));
    return notes;
  }

  private GgufTokenizer data() {
    tokenizer.addedTokens().values().forEach(GgufExport::check);
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      var token = tokenizer.token(id);
      tokens.add(token.orElse("[UNUSED" + id + "]"));
      kinds.add(token.isPresent() ? kind(id, token.get()) : GgufKinds.UNUSED);
    }
    var scheme = ByteLevelScheme.of(parts);
    if (scheme.isPresent()) {
      return data(GgufKinds.BYTE_LEVEL, scheme.get().ggufName(), List.of(), merges(), SpacePrefix.NONE);
    }
    var prefix = SpacePrefix.of(parts).orElseThrow(() -> new TokenizerException("tokenizer: found a "
        + "normalizer or pre_tokenizer that GGUF has no name for, expected SentencePiece's or that of one of "
        + ByteLevelScheme.allNames()));
    var scores = scores();
    // They are looked for before spaces become visible, by SentencePiece and llama.cpp alike.
    tokens.replaceAll(token -> isUserDefined(token) ? token.replace(SPACE, " ") : token);
    return data(GgufKinds.SENTENCE_PIECE, ByteLevelScheme.DEFAULT.ggufName(), scores, List.of(), prefix);
  }

  private boolean isUserDefined(String token) {
    return tokenizer.id(token).stream().anyMatch(id -> kinds.get(id) == GgufKinds.USER_DEFINED);
  }

  private GgufTokenizer data(String model, String pre, List<Float> scores, List<String> merges,
      SpacePrefix prefix) {
    var before = around("before", PostProcessor::before);
    var after = around("after", PostProcessor::after);
    var specials = tokenizer.specialTokens();
    return new GgufTokenizer(model, Optional.of(pre), tokens, kinds, scores, merges,
        before.isPresent() ? before : specials.bos(), after.isPresent() ? after : specials.eos(), unknown(),
        specials.pad(), Optional.of(before.isPresent()), Optional.of(after.isPresent()),
        Optional.of(prefix == SpacePrefix.ADDED));
  }

  /** The token that goes before a text, or after it. */
  private OptionalInt around(String where, Function<PostProcessor, List<Integer>> side) {
    var ids = parts.postProcessor() == null ? List.<Integer>of() : side.apply(parts.postProcessor());
    if (ids.size() > 1) {
      throw new TokenizerException("post_processor: found " + ids.size() + " tokens " + where
          + " a text, expected at most one: GGUF has no word for more");
    }
    return ids.stream().mapToInt(id -> id).findFirst();
  }

  private OptionalInt unknown() {
    String token = parts.model().options().unkToken();
    return token == null ? tokenizer.specialTokens().unk() : parts.model().vocabulary().id(token);
  }

  private int kind(int id, String token) {
    var options = parts.model().options();
    var added = tokenizer.addedTokens().get(id);
    if (token.equals(options.unkToken()) && options.byteFallback()) {
      return GgufKinds.UNKNOWN;
    }
    if (added != null) {
      return added.special() ? GgufKinds.CONTROL : GgufKinds.USER_DEFINED;
    }
    return options.byteFallback() && Decoder.ByteFallback.byteOf(token) >= 0
        ? GgufKinds.BYTE : GgufKinds.NORMAL;
  }

  private List<String> merges() {
    var table = parts.model().merges();
    var vocabulary = parts.model().vocabulary();
    return IntStream.range(0, table.size()).mapToObj(table::get)
        .map(merge -> vocabulary.token(merge.left()) + " " + vocabulary.token(merge.right())).toList();
  }

  private List<Float> scores() {
    var options = parts.model().options();
    if (!options.byteFallback() || options.ignoreMerges()) {
      throw new TokenizerException("model: found a model of characters "
          + (options.ignoreMerges() ? "that keeps words whole (ignore_merges)" : "without byte_fallback")
          + ", expected SentencePiece's kind: GGUF has no other");
    }
    var scores = new ArrayList<>(PieceScores.scores(parts.model(), id -> kinds.get(id) == GgufKinds.NORMAL));
    while (scores.size() < tokens.size()) {
      scores.add(0f);
    }
    return scores;
  }

  private static void check(AddedToken token) {
    if (token.lstrip() || token.singleWord()) {
      throw new TokenizerException("added token \"" + token.content() + "\": found "
          + (token.lstrip() ? "lstrip" : "single_word") + ", expected neither lstrip nor single_word: GGUF "
          + "has no word for them");
    }
  }
}
