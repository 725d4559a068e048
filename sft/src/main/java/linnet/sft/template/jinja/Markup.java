package linnet.sft.template.jinja;

/**
 * Text that was marked as markup by the filters {@code safe} and {@code escape}. Nothing escapes it, but it
 * escapes plain text that it is put together with, even where templates are not escaped by themselves.
 */
final class Markup {
  private Markup() {}

  /** The text as markup: itself, or with the characters that markup is made of replaced. */
  static Str escaped(Budget budget, Str text) {
    if (text.isMarkup()) {
      return text;
    }
    var out = text;
    out = replace(budget, out, "&", "&amp;");
    out = replace(budget, out, ">", "&gt;");
    out = replace(budget, out, "<", "&lt;");
    out = replace(budget, out, "'", "&#39;");
    return replace(budget, out, "\"", "&#34;").asMarkup();
  }

  private static Str replace(Budget budget, Str text, String character, String by) {
    return StrParts.replace(budget, text, Str.of(character), Str.of(by), -1);
  }

  /** A value as markup escapes it: texts escaped, numbers and the like as they are. */
  static Value escaped(Budget budget, Value value) {
    return value instanceof Str text ? escaped(budget, text) : value;
  }
}
