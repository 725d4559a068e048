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
      default -> throw type.error("NFC, NFD, NFKC, NFKD, Replace, Prepend, Lowercase, Strip, StripAccents, "
          + "ByteLevel or a Sequence of them");
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
      case Normalizer.ByteLevel _ -> Json.object().put("type", "ByteLevel").build();
    };
  }
}
