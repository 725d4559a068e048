package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * SentencePiece's scores in place of merges (Kudo and Richardson, 2018, arXiv:1808.06226): any two neighbours
 * that together are a piece merge into it, the piece with the highest score first, the leftmost among equals.
 */
final class PieceScores {
  private record Split(int left, int right) {}

  private PieceScores() {}

  /**
   * The merges that scores mean.
   *
   * @param vocabulary the pieces
   * @param merges whether a piece is made by merging, unlike control tokens and bytes
   * @param scores the score of each piece
   */
  static MergeTable merges(Vocabulary vocabulary, IntPredicate merges, List<Float> scores) {
    var byScore = IntStream.range(0, vocabulary.size()).filter(merges).boxed()
        .sorted(Comparator.<Integer, Float>comparing(scores::get).reversed()).toList();
    var table = new MergeTable.Builder();
    int rank = -1;
    float last = Float.NaN;
    for (int id : byScore) {
      if (scores.get(id) != last) {
        rank++;
        last = scores.get(id);
      }
      for (var split : splits(vocabulary, id)) {
        table.add(split.left, split.right, id, rank);
      }
    }
    return table.build();
  }

  /**
   * The scores that merges mean: for each piece a lower one than for those that merge before it.
   *
   * @param model the model
   * @param merges whether a piece is made by merging; of the others no merge counts
   * @return the scores by id
   * @throws TokenizerException if the merges are not those of any scores
   */
  static List<Float> scores(BpeModel model, IntPredicate merges) {
    var vocabulary = model.vocabulary();
    var table = model.merges();
    var order = new int[vocabulary.size()];
    var count = new int[vocabulary.size()];
    int pieces = 0;
    int last = -1;
    for (int i = 0; i < table.size(); i++) {
      int id = table.merged(i);
      if (!merges.test(id)) {
        continue;
      }
      if (id != last && count[id] > 0) {
        throw wrong(vocabulary, id, "merges with those of other tokens between", "one after the other");
      }
      if (id != last) {
        order[id] = ++pieces;
      }
      count[id]++;
      last = id;
    }
    var scores = new ArrayList<Float>(vocabulary.size());
    for (int id = 0; id < vocabulary.size(); id++) {
      if (merges.test(id) && splits(vocabulary, id).size() != count[id]) {
        throw wrong(vocabulary, id, count[id] + " merges", "one for each of the "
            + splits(vocabulary, id).size() + " ways to make it of two tokens");
      }
      scores.add(!merges.test(id) ? 0f : order[id] > 0 ? 1f - order[id] : -(float) (pieces + id));
    }
    return scores;
  }

  private static List<Split> splits(Vocabulary vocabulary, int id) {
    String token = vocabulary.token(id);
    var splits = new ArrayList<Split>();
    for (int i = token.offsetByCodePoints(0, 1); i < token.length(); i = token.offsetByCodePoints(i, 1)) {
      var left = vocabulary.id(token.substring(0, i));
      var right = vocabulary.id(token.substring(i));
      if (left.isPresent() && right.isPresent()) {
        splits.add(new Split(left.getAsInt(), right.getAsInt()));
      }
    }
    splits.sort(Comparator.comparingInt(Split::left).thenComparingInt(Split::right));
    return splits;
  }

  private static TokenizerException wrong(Vocabulary vocabulary, int id, String found, String expected) {
    return new TokenizerException("model.merges: found for \"" + vocabulary.token(id) + "\" " + found
        + ", expected " + expected + ", as SentencePiece merges: GGUF's \"llama\" holds a score for each "
        + "token in place of merges; use the tokenizer that was converted from a tokenizer.model");
  }
}
