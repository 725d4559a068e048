package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A rendered text and how it came about.
 *
 * @param output the text; it knows which parts came from labelled input
 * @param generations what {@code generation} blocks rendered, in order
 * @param iterations what each iteration of an outermost loop rendered, in order; of the iterations that
 *     rendered nothing, only those over mappings
 */
public record Trace(Str output, List<Span> generations, List<Iteration> iterations) {
  /**
   * One iteration of a loop that is not within another.
   *
   * @param item the loop's item
   * @param span what the iteration rendered
   */
  public record Iteration(Value item, Span span) {}

  /**
   * A part of the text that came from labelled input.
   *
   * @param label the label that the input was given
   * @param span where its text landed
   */
  public record Labelled(int label, Span span) {}

  /**
   * The text.
   *
   * @return what the template rendered
   */
  public String text() {
    return output.text();
  }

  /**
   * Where the text came from labelled input, whatever the label.
   *
   * @return the UTF-16 offsets
   */
  public BitSet content() {
    var content = new BitSet(text().length());
    labelled().forEach(part -> content.set(part.span().start(), part.span().end()));
    return content;
  }

  /**
   * The parts that came from labelled input.
   *
   * @return the parts in the order of the text
   */
  public List<Labelled> labelled() {
    var origins = output.origins();
    var result = new ArrayList<Labelled>(origins.count());
    for (var i = 0; i < origins.count(); i++) {
      if (origins.label(i) >= 0) {
        result.add(new Labelled(origins.label(i), new Span(origins.start(i), origins.end(i))));
      }
    }
    return List.copyOf(result);
  }
}
