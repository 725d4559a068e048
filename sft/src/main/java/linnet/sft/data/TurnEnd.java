package linnet.sft.data;

import java.util.List;
import java.util.OptionalInt;
import linnet.sft.template.ChatRequest;
import linnet.sft.template.ChatTemplate;
import linnet.sft.template.Message;
import linnet.sft.template.UndeterminedTurnException;
import linnet.sft.template.jinja.TemplateException;
import linnet.sft.tokenizer.Tokenizer;

/** Finds the token with which a template ends what an assistant writes. */
public final class TurnEnd {
  private TurnEnd() {}

  /**
   * The token that ends an assistant's turn: the first added token of the tokenizer that the template puts
   * behind the content, and that is more than white space (some of Gemma's and Phi-2's are not). A model that
   * is trained with a template stops at it, whatever its configuration says.
   *
   * @param template conversations to text
   * @param tokenizer text to ids
   * @return the token's id; nothing where the template ends a turn with plain text or refuses a plain
   *     conversation
   */
  public static OptionalInt of(ChatTemplate template, Tokenizer tokenizer) {
    var request = ChatRequest.of(List.of(Message.of("user", "q"), Message.of("assistant", "a")));
    try {
      var rendered = template.renderForTraining(request);
      if (rendered.trained().isEmpty()) {
        return OptionalInt.empty();
      }
      var turn = rendered.trained().getLast();
      var content = rendered.content().previousSetBit(turn.end() - 1);
      if (content < turn.start()) {
        return OptionalInt.empty();
      }
      var encoding = tokenizer.encode(rendered.text(), rendered.content());
      for (var t = 0; t < encoding.size(); t++) {
        var start = encoding.starts()[t];
        var added = tokenizer.addedTokens().get(encoding.ids()[t]);
        if (start > content && start < turn.end() && added != null && !added.content().isBlank()) {
          return OptionalInt.of(encoding.ids()[t]);
        }
      }
      return OptionalInt.empty();
    } catch (TemplateException | UndeterminedTurnException refused) {
      return OptionalInt.empty(); // training reports it with the row that is refused
    }
  }
}
