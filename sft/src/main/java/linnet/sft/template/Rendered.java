package linnet.sft.template;

import java.util.List;
import linnet.sft.template.jinja.Span;

/**
 * A conversation as text, with the parts that the model is to learn.
 *
 * @param text the text, special tokens included
 * @param trained the trained parts in order, as UTF-16 offsets
 */
public record Rendered(String text, List<Span> trained) {
  /** Copies the parts. */
  public Rendered {
    trained = List.copyOf(trained);
  }
}
