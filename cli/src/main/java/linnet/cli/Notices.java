package linnet.cli;

import java.util.List;
import java.util.stream.Collectors;
import linnet.nn.json.Json;
import linnet.nn.lora.MergeRecord;
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

  /** That full training makes merges final. */
  static void merged(Output output, List<MergeRecord> records) {
    if (!records.isEmpty()) {
      print(output, "the model has " + records.stream().map(MergeRecord::adapter).collect(Collectors.joining(", "))
          + " merged into it, which unmerge cannot take out of what --full makes of these weights; train an adapter to"
          + " keep that open");
    }
  }

  static void print(Output output, String notice) {
    output.say("notice: %s", notice);
    output.event("notice", Json.object().put("text", notice));
  }
}
