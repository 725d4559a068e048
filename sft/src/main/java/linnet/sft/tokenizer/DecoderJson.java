package linnet.sft.tokenizer;

import java.util.ArrayList;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes the {@code decoder} of a {@code tokenizer.json}. */
final class DecoderJson {
  private DecoderJson() {}

  static Decoder read(JsonCursor json) {
    return read(json, false);
  }

  static Json write(Decoder decoder) {
    return switch (decoder) {
      case Decoder.Sequence s -> Json.object().put("type", "Sequence")
          .put("decoders", s.parts().stream().map(DecoderJson::write).toList()).build();
      case Decoder.ByteLevel b ->
          PreTokenizerJson.byteLevel(b.addPrefixSpace(), b.trimOffsets(), b.useRegex());
      case Decoder.ByteFallback _ -> Json.object().put("type", "ByteFallback").build();
      case Decoder.Fuse _ -> Json.object().put("type", "Fuse").build();
      case Decoder.Replace r -> Json.object().put("type", "Replace")
          .put("pattern", PatternJson.write(r.pattern())).put("content", r.content()).build();
      case Decoder.Strip s -> Json.object().put("type", "Strip")
          .put("content", String.valueOf(s.content())).put("start", s.start()).put("stop", 0).build();
      case Decoder.Metaspace m -> PreTokenizerJson.metaspace(m.replacement(), m.prepend(), m.split());
    };
  }

  private static Decoder read(JsonCursor json, boolean fused) {
    var type = json.at("type");
    return switch (type.asString()) {
      case "Sequence" -> sequence(json);
      case "ByteLevel" -> new Decoder.ByteLevel(PatternJson.flag(json, "add_prefix_space", true),
          PatternJson.flag(json, "trim_offsets", true), PatternJson.flag(json, "use_regex", true));
      case "ByteFallback" -> new Decoder.ByteFallback();
      case "Fuse" -> new Decoder.Fuse();
      case "Replace" -> new Decoder.Replace(
          PatternJson.read(json.at("pattern")), json.at("content").asString());
      case "Strip" -> strip(json, fused);
      case "Metaspace" -> new Decoder.Metaspace(PreTokenizerJson.replacement(json),
          PreTokenizerJson.prepend(json), PatternJson.flag(json, "split", true));
      default -> throw type.error("ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace or a Sequence of "
          + "them");
    };
  }

  private static Decoder sequence(JsonCursor json) {
    var parts = new ArrayList<Decoder>();
    for (var part : json.at("decoders").elements()) {
      parts.add(read(part, parts.stream().anyMatch(Decoder.Fuse.class::isInstance)));
    }
    return new Decoder.Sequence(parts);
  }

  private static Decoder strip(JsonCursor json, boolean fused) {
    var content = json.at("content");
    if (content.asString().length() != 1) {
      throw content.error("a single character");
    }
    if (json.at("stop").asInt() != 0) {
      throw json.at("stop").error("0: stripping at the end is not supported, for streaming cannot do it");
    }
    return new Decoder.Strip(content.asString().charAt(0), json.at("start").asInt(), fused);
  }
}
