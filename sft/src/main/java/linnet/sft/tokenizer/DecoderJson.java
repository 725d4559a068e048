package linnet.sft.tokenizer;

import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes the {@code decoder} of a {@code tokenizer.json}. */
final class DecoderJson {
  private DecoderJson() {}

  static Decoder read(JsonCursor json) {
    var type = json.at("type");
    return switch (type.asString()) {
      case "Sequence" -> new Decoder.Sequence(
          json.at("decoders").elements().stream().map(DecoderJson::read).toList());
      case "ByteLevel" -> new Decoder.ByteLevel(PatternJson.flag(json, "add_prefix_space", true),
          PatternJson.flag(json, "trim_offsets", true), PatternJson.flag(json, "use_regex", true));
      case "ByteFallback" -> new Decoder.ByteFallback();
      case "Fuse" -> new Decoder.Fuse();
      case "Replace" -> new Decoder.Replace(
          PatternJson.read(json.at("pattern")), json.at("content").asString());
      case "Strip" -> new Decoder.Strip(PatternJson.character(json.at("content")).codePointAt(0),
          PatternJson.count(json.at("start")), PatternJson.count(json.at("stop")));
      case "Metaspace" -> new Decoder.Metaspace(PatternJson.character(json.at("replacement")),
          PreTokenizerJson.prepend(json), PatternJson.flag(json, "split", true));
      case "WordPiece" -> new Decoder.WordPiece(
          json.at("prefix").asString(), PatternJson.flag(json, "cleanup", true));
      case "BPEDecoder" -> new Decoder.Bpe(PatternJson.text(json.at("suffix")));
      default -> throw type.error("ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, WordPiece, "
          + "BPEDecoder or a Sequence of them");
    };
  }

  static Json write(Decoder decoder) {
    return switch (decoder) {
      case Decoder.Joined _ -> Json.NULL;
      case Decoder.Sequence s -> Json.object().put("type", "Sequence")
          .put("decoders", s.parts().stream().map(DecoderJson::write).toList()).build();
      case Decoder.ByteLevel b ->
          PreTokenizerJson.byteLevel(b.addPrefixSpace(), b.trimOffsets(), b.useRegex());
      case Decoder.ByteFallback _ -> Json.object().put("type", "ByteFallback").build();
      case Decoder.Fuse _ -> Json.object().put("type", "Fuse").build();
      case Decoder.Replace r -> Json.object().put("type", "Replace")
          .put("pattern", PatternJson.write(r.pattern())).put("content", r.content()).build();
      case Decoder.Strip s -> Json.object().put("type", "Strip")
          .put("content", Character.toString(s.content())).put("start", s.start()).put("stop", s.stop())
          .build();
      case Decoder.Metaspace m -> PreTokenizerJson.metaspace(m.replacement(), m.prepend(), m.split());
      case Decoder.WordPiece w -> Json.object().put("type", "WordPiece").put("prefix", w.prefix())
          .put("cleanup", w.cleanup()).build();
      case Decoder.Bpe b -> Json.object().put("type", "BPEDecoder").put("suffix", b.suffix()).build();
    };
  }
}
