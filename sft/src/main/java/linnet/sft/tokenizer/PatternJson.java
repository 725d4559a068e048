package linnet.sft.tokenizer;

import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes {@code {"String": …}} and {@code {"Regex": …}}, and names of split behaviours. */
final class PatternJson {
  private PatternJson() {}

  static TextPattern read(JsonCursor json) {
    var literal = json.opt("String");
    if (literal.isPresent()) {
      return new TextPattern.Literal(literal.get().asString());
    }
    var regex = json.at("Regex");
    String source = regex.asString();
    try {
      return new TextPattern.Regex(source);
    } catch (TokenizerException unsupported) {
      throw new TokenizerException(regex.source() + ": " + regex.path() + ": " + unsupported.getMessage());
    }
  }

  static Json write(TextPattern pattern) {
    String kind = switch (pattern) {
      case TextPattern.Literal _ -> "String";
      case TextPattern.Regex _ -> "Regex";
    };
    return Json.object().put(kind, pattern.source()).build();
  }

  static SplitBehavior behavior(JsonCursor json) {
    String name = json.asString();
    for (var behavior : SplitBehavior.values()) {
      if (behavior.jsonName().equals(name)) {
        return behavior;
      }
    }
    throw json.error("Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
  }

  /** A string that is not empty. */
  static String text(JsonCursor json) {
    if (json.asString().isEmpty()) {
      throw json.error("at least a character");
    }
    return json.asString();
  }

  /** A string of one character. */
  static String character(JsonCursor json) {
    if (json.asString().codePointCount(0, json.asString().length()) != 1) {
      throw json.error("a single character");
    }
    return json.asString();
  }

  /** A number of things. */
  static int count(JsonCursor json) {
    if (json.asInt() < 0) {
      throw json.error("0 or more");
    }
    return json.asInt();
  }

  /** A member that counts as true or false where it is missing. */
  static boolean flag(JsonCursor json, String name, boolean missing) {
    return json.opt(name).map(JsonCursor::asBoolean).orElse(missing);
  }
}
