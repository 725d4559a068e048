package linnet.cli;

import java.util.ArrayList;
import java.util.List;
import linnet.examples.knights.Puzzle;
import linnet.nn.generate.SamplingConfig;
import linnet.sft.ChatModel;
import linnet.sft.template.Message;

/**
 * A model's answers to puzzles, each checked by the solver.
 *
 * @param puzzles what was asked
 * @param answers what the model said, greedily
 */
record PuzzleExam(List<Puzzle> puzzles, List<String> answers) {
  private static final int ANSWER_TOKENS = 64;

  static PuzzleExam of(ChatModel chat, List<Puzzle> puzzles) {
    var greedy = SamplingConfig.greedy(ANSWER_TOKENS, chat.stopIds());
    var answers = new ArrayList<String>();
    for (var puzzle : puzzles) {
      var text = new StringBuilder();
      chat.generate(chat.prompt(List.of(Message.of("user", puzzle.question()))), greedy, text::append);
      answers.add(text.toString().strip());
    }
    return new PuzzleExam(puzzles, answers);
  }

  boolean isRight(int i) {
    return puzzles.get(i).isSolvedBy(answers.get(i));
  }

  /** The share of right answers. */
  double accuracy() {
    int right = 0;
    for (int i = 0; i < puzzles.size(); i++) {
      right += isRight(i) ? 1 : 0;
    }
    return (double) right / puzzles.size();
  }
}
