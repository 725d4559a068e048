package linnet.sft.template;

import java.util.BitSet;
import java.util.List;
import linnet.sft.template.jinja.Span;

/**
 * A conversation as text, with the parts that the model is to learn and those that messages brought.
 *
 * @param text the text, special tokens included
 * @param trained the trained parts in order, as UTF-16 offsets
 * @param content the UTF-16 offsets of what came from a message's fields and not from the template; a
 *     special token that is spelled there is not one
 */
public record Rendered(String text, List<Span> trained, BitSet content) {
  /** Copies the parts. */
  public Rendered {
    trained = List.copyOf(trained);
    content = (BitSet) content.clone();
  }
}
