package linnet.cli;

import linnet.nn.json.Json;
import linnet.sft.ModelText;

/** What the user should know although nothing is wrong. */
final class Notices {
  private Notices() {}

  static void template(Output output, ModelText text) {
    if (!text.templateIsModels()) {
      print(output, "the model has no chat template: using " + text.template().name());
    }
  }

  static void print(Output output, String notice) {
    output.say("notice: %s", notice);
    output.event("notice", Json.object().put("text", notice));
  }
}
