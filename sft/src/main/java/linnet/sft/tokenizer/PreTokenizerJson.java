package linnet.sft.tokenizer;

import java.util.Locale;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes the {@code pre_tokenizer} of a {@code tokenizer.json}. */
final class PreTokenizerJson {
  private static final int DEFAULT_LENGTH = 5;

  private PreTokenizerJson() {}

  static PreTokenizer read(JsonCursor json) {
    var type = json.at("type");
    return switch (type.asString()) {
      case "Sequence" -> new PreTokenizer.Sequence(
          json.at("pretokenizers").elements().stream().map(PreTokenizerJson::read).toList());
      case "ByteLevel" -> new PreTokenizer.ByteLevel(PatternJson.flag(json, "add_prefix_space", true),
          PatternJson.flag(json, "trim_offsets", true), PatternJson.flag(json, "use_regex", true));
      case "Digits" -> new PreTokenizer.Digits(PatternJson.flag(json, "individual_digits", false));
      case "Split" -> new PreTokenizer.Split(PatternJson.read(json.at("pattern")),
          PatternJson.behavior(json.at("behavior")), PatternJson.flag(json, "invert", false));
      case "Punctuation" -> new PreTokenizer.Punctuation(
          json.opt("behavior").map(PatternJson::behavior).orElse(SplitBehavior.ISOLATED));
      case "Whitespace" -> new PreTokenizer.Whitespace();
      case "WhitespaceSplit" -> new PreTokenizer.WhitespaceSplit();
      case "Metaspace" -> new PreTokenizer.Metaspace(
          PatternJson.character(json.at("replacement")), prepend(json),
          PatternJson.flag(json, "split", true));
      case "BertPreTokenizer" -> new PreTokenizer.Bert();
      case "CharDelimiterSplit" -> new PreTokenizer.CharDelimiterSplit(
          PatternJson.character(json.at("delimiter")).codePointAt(0));
      case "FixedLength" -> new PreTokenizer.FixedLength(
          json.opt("length").map(PreTokenizerJson::length).orElse(DEFAULT_LENGTH));
      default -> throw type.error("ByteLevel, Digits, Split, Punctuation, Whitespace, WhitespaceSplit, "
          + "Metaspace, BertPreTokenizer, CharDelimiterSplit, FixedLength or a Sequence of them");
    };
  }

  static Json write(PreTokenizer preTokenizer) {
    return switch (preTokenizer) {
      case PreTokenizer.Sequence s -> Json.object().put("type", "Sequence")
          .put("pretokenizers", s.parts().stream().map(PreTokenizerJson::write).toList()).build();
      case PreTokenizer.ByteLevel b -> byteLevel(b.addPrefixSpace(), b.trimOffsets(), b.useRegex());
      case PreTokenizer.Digits d -> Json.object().put("type", "Digits")
          .put("individual_digits", d.individualDigits()).build();
      case PreTokenizer.Split s -> Json.object().put("type", "Split")
          .put("pattern", PatternJson.write(s.pattern())).put("behavior", s.behavior().jsonName())
          .put("invert", s.invert()).build();
      case PreTokenizer.Punctuation p -> Json.object().put("type", "Punctuation")
          .put("behavior", p.behavior().jsonName()).build();
      case PreTokenizer.Whitespace _ -> Json.object().put("type", "Whitespace").build();
      case PreTokenizer.WhitespaceSplit _ -> Json.object().put("type", "WhitespaceSplit").build();
      case PreTokenizer.Bert _ -> Json.object().put("type", "BertPreTokenizer").build();
      case PreTokenizer.CharDelimiterSplit c -> Json.object().put("type", "CharDelimiterSplit")
          .put("delimiter", Character.toString(c.delimiter())).build();
      case PreTokenizer.FixedLength f -> Json.object().put("type", "FixedLength")
          .put("length", f.length()).build();
      case PreTokenizer.Metaspace m -> metaspace(m.replacement(), m.prepend(), m.split());
    };
  }

  /** The same object serves as pre-tokenizer, post-processor and decoder. */
  static Json byteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) {
    return Json.object().put("type", "ByteLevel").put("add_prefix_space", addPrefixSpace)
        .put("trim_offsets", trimOffsets).put("use_regex", useRegex).build();
  }

  /** The same object serves as pre-tokenizer and decoder. */
  static Json metaspace(String replacement, PreTokenizer.Metaspace.Prepend prepend, boolean split) {
    return Json.object().put("type", "Metaspace").put("replacement", replacement)
        .put("prepend_scheme", prepend.name().toLowerCase(Locale.ROOT)).put("split", split).build();
  }

  private static int length(JsonCursor json) {
    if (json.asInt() < 1) {
      throw json.error("1 or more");
    }
    return json.asInt();
  }

  static PreTokenizer.Metaspace.Prepend prepend(JsonCursor metaspace) {
    var scheme = metaspace.opt("prepend_scheme");
    if (!PatternJson.flag(metaspace, "add_prefix_space", true)) {
      scheme.filter(json -> !json.asString().equals("never")).ifPresent(json -> {
        throw json.error("never, because add_prefix_space is false");
      });
      return PreTokenizer.Metaspace.Prepend.NEVER;
    }
    return switch (scheme.map(JsonCursor::asString).orElse("always")) {
      case "always" -> PreTokenizer.Metaspace.Prepend.ALWAYS;
      case "first" -> PreTokenizer.Metaspace.Prepend.FIRST;
      case "never" -> PreTokenizer.Metaspace.Prepend.NEVER;
      default -> throw metaspace.at("prepend_scheme").error("always, first or never");
    };
  }
}
