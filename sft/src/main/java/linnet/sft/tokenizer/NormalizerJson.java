package linnet.sft.tokenizer;

import java.text.Normalizer.Form;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes the {@code normalizer} of a {@code tokenizer.json}. */
final class NormalizerJson {
  private NormalizerJson() {}

  static Normalizer read(JsonCursor json) {
    var type = json.at("type");
    return switch (type.asString()) {
      case "Sequence" -> new Normalizer.Sequence(
          json.at("normalizers").elements().stream().map(NormalizerJson::read).toList());
      case "NFC" -> new Normalizer.Unicode(Form.NFC);
      case "NFD" -> new Normalizer.Unicode(Form.NFD);
      case "NFKC" -> new Normalizer.Unicode(Form.NFKC);
      case "NFKD" -> new Normalizer.Unicode(Form.NFKD);
      case "Replace" -> new Normalizer.Replace(
          PatternJson.read(json.at("pattern")), json.at("content").asString());
      case "Prepend" -> new Normalizer.Prepend(json.at("prepend").asString());
      case "Lowercase" -> new Normalizer.Lowercase();
      case "Strip" -> new Normalizer.Strip(
          PatternJson.flag(json, "strip_left", true), PatternJson.flag(json, "strip_right", true));
      case "StripAccents" -> new Normalizer.StripAccents();
      case "ByteLevel" -> new Normalizer.ByteLevel();
      case "Nmt" -> new Normalizer.Nmt();
      case "BertNormalizer" -> new Normalizer.Bert(PatternJson.flag(json, "clean_text", true),
          PatternJson.flag(json, "handle_chinese_chars", true),
          json.opt("strip_accents").map(JsonCursor::asBoolean), PatternJson.flag(json, "lowercase", true));
      default -> throw type.error("NFC, NFD, NFKC, NFKD, Replace, Prepend, Lowercase, Strip, StripAccents, "
          + "ByteLevel, Nmt, BertNormalizer or a Sequence of them");
    };
  }

  static Json write(Normalizer normalizer) {
    return switch (normalizer) {
      case Normalizer.Sequence s -> Json.object().put("type", "Sequence")
          .put("normalizers", s.parts().stream().map(NormalizerJson::write).toList()).build();
      case Normalizer.Unicode u -> Json.object().put("type", u.form().name()).build();
      case Normalizer.Replace r -> Json.object().put("type", "Replace")
          .put("pattern", PatternJson.write(r.pattern())).put("content", r.content()).build();
      case Normalizer.Prepend p -> Json.object().put("type", "Prepend").put("prepend", p.prefix()).build();
      case Normalizer.Lowercase _ -> Json.object().put("type", "Lowercase").build();
      case Normalizer.Strip s -> Json.object().put("type", "Strip")
          .put("strip_left", s.left()).put("strip_right", s.right()).build();
      case Normalizer.StripAccents _ -> Json.object().put("type", "StripAccents").build();
      case Normalizer.Nmt _ -> Json.object().put("type", "Nmt").build();
      case Normalizer.Bert b -> Json.object().put("type", "BertNormalizer")
          .put("clean_text", b.cleanText()).put("handle_chinese_chars", b.handleChineseChars())
          .put("strip_accents", b.stripAccents().<Json>map(strip -> strip ? Json.TRUE : Json.FALSE)
              .orElse(Json.NULL))
          .put("lowercase", b.lowercase()).build();
      case Normalizer.ByteLevel _ -> Json.object().put("type", "ByteLevel").build();
    };
  }
}
