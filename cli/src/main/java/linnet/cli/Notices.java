package linnet.cli;

import linnet.nn.json.Json;
import linnet.sft.ModelText;
import linnet.sft.TemplateOrigin;

/** What the user should know although nothing is wrong. */
final class Notices {
  private Notices() {}

  static void template(Output output, ModelText text) {
    if (text.templateOrigin() == TemplateOrigin.GUESSED) {
      print(output, "the model has no chat template: using " + text.template().name()
          + ", which fits its family and tokens; --template names another");
    }
    var unknown = text.unknownMarks();
    if (!unknown.isEmpty()) {
      print(output, "the tokenizer has no token for " + String.join(", ", unknown) + ", which "
          + text.template().name() + " writes: the model reads plain text there");
    }
  }

  static void print(Output output, String notice) {
    output.say("notice: %s", notice);
    output.event("notice", Json.object().put("text", notice));
  }
}
