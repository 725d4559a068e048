package linnet.sft.tokenizer;

import java.util.List;
import java.util.Optional;
import linnet.nn.json.Json;

/**
 * Whether a SentencePiece tokenizer puts a space before each part of a text that lies between tokens found in
 * it. Spaces then become visible ones, and back when decoding.
 */
enum SpacePrefix {
  /** As Llama 1 and 2, Mistral and Phi-3. */
  ADDED,
  /** As Gemma. */
  NONE;

  private static final String SPACE = "▁";
  private static final Normalizer REPLACE = new Normalizer.Replace(new TextPattern.Literal(" "), SPACE);
  private static final Normalizer PREPEND = new Normalizer.Prepend(SPACE);

  /** The normaliser that does so. */
  Normalizer normalizer() {
    return switch (this) {
      case ADDED -> new Normalizer.Sequence(List.of(PREPEND, REPLACE));
      case NONE -> REPLACE;
    };
  }

  /** The decoder that takes the space away again. */
  Decoder decoder() {
    var space = new Decoder.Replace(new TextPattern.Literal(SPACE), " ");
    return switch (this) {
      case ADDED -> new Decoder.Sequence(List.of(space, new Decoder.ByteFallback(), new Decoder.Fuse(),
          new Decoder.Strip(' ', 1, 0)));
      case NONE -> new Decoder.Sequence(List.of(space, new Decoder.ByteFallback(), new Decoder.Fuse()));
    };
  }

  /**
   * What a tokenizer's parts say, or empty where they are none of SentencePiece's. A space before the very
   * first part alone, as newer conversions have it, counts as none: what a chat template renders starts with
   * a token, so there it is none.
   */
  static Optional<SpacePrefix> of(TokenizerParts parts) {
    var steps = steps(parts.normalizer());
    return switch (parts.preTokenizer()) {
      case PreTokenizer.Metaspace(var replacement, var prepend, var split)
          when steps.isEmpty() && replacement.equals(SPACE) && !(split && hasSpaceInside(parts)) ->
          Optional.of(prepend == PreTokenizer.Metaspace.Prepend.ALWAYS ? ADDED : NONE);
      case PreTokenizer.Split(TextPattern.Literal(var literal, _), _, var invert)
          when literal.equals(" ") && !invert -> ofSteps(steps);
      case null -> ofSteps(steps);
      default -> Optional.empty();
    };
  }

  private static Optional<SpacePrefix> ofSteps(List<Json> steps) {
    var prepend = NormalizerJson.write(PREPEND);
    var replace = NormalizerJson.write(REPLACE);
    return steps.equals(List.of(replace)) ? Optional.of(NONE)
        : steps.equals(List.of(prepend, replace)) || steps.equals(List.of(replace, prepend))
            ? Optional.of(ADDED) : Optional.empty();
  }

  private static List<Json> steps(Normalizer normalizer) {
    return switch (normalizer) {
      case null -> List.of();
      case Normalizer.Sequence(var parts) -> parts.stream().flatMap(part -> steps(part).stream()).toList();
      default -> List.of(NormalizerJson.write(normalizer));
    };
  }

  private static boolean hasSpaceInside(TokenizerParts parts) {
    return parts.model().vocabulary().tokens().stream()
        .anyMatch(token -> token != null && token.lastIndexOf(SPACE) > 0);
  }
}
