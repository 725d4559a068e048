package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes the {@code post_processor} of a {@code tokenizer.json}. */
final class PostProcessorJson {
  private PostProcessorJson() {}

  static PostProcessor read(JsonCursor json) {
    var type = json.at("type");
    return switch (type.asString()) {
      case "Sequence" -> sequence(json.at("processors"));
      case "ByteLevel" -> new PostProcessor.ByteLevel(PatternJson.flag(json, "add_prefix_space", true),
          PatternJson.flag(json, "trim_offsets", true), PatternJson.flag(json, "use_regex", true));
      case "TemplateProcessing" -> template(json);
      case "BertProcessing" -> new PostProcessor.Bert(named(json.at("sep")), named(json.at("cls")));
      case "RobertaProcessing" -> new PostProcessor.Roberta(named(json.at("sep")), named(json.at("cls")),
          PatternJson.flag(json, "trim_offsets", true), PatternJson.flag(json, "add_prefix_space", true));
      default -> throw type.error("ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing or a "
          + "Sequence of them");
    };
  }

  static Json write(PostProcessor processor) {
    return switch (processor) {
      case PostProcessor.Sequence s -> Json.object().put("type", "Sequence")
          .put("processors", s.parts().stream().map(PostProcessorJson::write).toList()).build();
      case PostProcessor.ByteLevel b ->
          PreTokenizerJson.byteLevel(b.addPrefixSpace(), b.trimOffsets(), b.useRegex());
      case PostProcessor.Bert b -> Json.object().put("type", "BertProcessing")
          .put("sep", named(b.sep())).put("cls", named(b.cls())).build();
      case PostProcessor.Roberta r -> Json.object().put("type", "RobertaProcessing")
          .put("sep", named(r.sep())).put("cls", named(r.cls())).put("trim_offsets", r.trimOffsets())
          .put("add_prefix_space", r.addPrefixSpace()).build();
      case PostProcessor.Template t -> Json.object().put("type", "TemplateProcessing")
          .put("single", items(t.single())).put("pair", items(t.pair()))
          .put("special_tokens", specials(t.specials())).build();
    };
  }

  /**
   * To a processor behind one with a template, the tokens that this one added are texts of their own: what
   * the Python library makes of them is no order of tokens around a text.
   */
  private static PostProcessor sequence(JsonCursor json) {
    var parts = new ArrayList<PostProcessor>();
    boolean templated = false;
    for (var element : json.elements()) {
      var part = read(element);
      if (templated && !(part instanceof PostProcessor.ByteLevel)) {
        throw element.at("type").error("ByteLevel behind TemplateProcessing, which adds tokens");
      }
      templated |= part.hasTemplate() && !(part.before().isEmpty() && part.after().isEmpty());
      parts.add(part);
    }
    return new PostProcessor.Sequence(parts);
  }

  private static PostProcessor.Named named(JsonCursor json) {
    return new PostProcessor.Named(json.at(0).asString(), json.at(1).asInt());
  }

  private static Json named(PostProcessor.Named named) {
    return Json.of(List.of(Json.of(named.token()), Json.of((long) named.id())));
  }

  private static PostProcessor.Template template(JsonCursor json) {
    var specials = new LinkedHashMap<String, PostProcessor.Template.Special>();
    json.at("special_tokens").members().forEach((name, special) -> specials.put(name,
        new PostProcessor.Template.Special(
            special.at("ids").elements().stream().map(JsonCursor::asInt).toList(),
            special.at("tokens").elements().stream().map(JsonCursor::asString).toList())));
    var single = json.at("single");
    var items = items(single, specials);
    if (items.stream().filter(PostProcessor.Template.Item::sequence).count() != 1) {
      throw single.error("the sequence A exactly once");
    }
    return new PostProcessor.Template(items, items(json.at("pair"), specials),
        Collections.unmodifiableSequencedMap(specials));
  }

  private static List<PostProcessor.Template.Item> items(JsonCursor json,
      SequencedMap<String, PostProcessor.Template.Special> specials) {
    return json.elements().stream().map(item -> {
      var sequence = item.opt("Sequence");
      var content = sequence.orElseGet(() -> item.at("SpecialToken"));
      var id = content.at("id");
      if (sequence.isEmpty() && !specials.containsKey(id.asString())) {
        throw id.error("one of special_tokens: " + specials.sequencedKeySet());
      }
      return new PostProcessor.Template.Item(sequence.isPresent(), id.asString(),
          content.opt("type_id").map(JsonCursor::asInt).orElse(0));
    }).toList();
  }

  private static List<Json> items(List<PostProcessor.Template.Item> items) {
    return items.stream().<Json>map(item -> Json.object().put(item.sequence() ? "Sequence" : "SpecialToken",
        Json.object().put("id", item.id()).put("type_id", item.typeId())).build()).toList();
  }

  private static Json specials(SequencedMap<String, PostProcessor.Template.Special> specials) {
    var out = Json.object();
    specials.forEach((name, special) -> out.put(name, Json.object().put("id", name)
        .put("ids", special.ids().stream().map(id -> Json.of((long) id)).toList())
        .put("tokens", Json.strings(special.tokens()))));
    return out.build();
  }
}
