package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.List;

/** The text being rendered: either the template's own output or what a macro or block collects. */
final class Output {
  /** What is kept of an iteration takes memory, not only time. */
  private static final int STEPS_PER_ITERATION = 10;

  private final Budget budget;
  private final Str.Builder text;
  private final List<Span> generations = new ArrayList<>();
  private final List<Trace.Iteration> iterations = new ArrayList<>();
  private final boolean main;

  private Output(Budget budget, boolean main) {
    this.budget = budget;
    this.text = new Str.Builder(budget);
    this.main = main;
  }

  static Output main(Budget budget) {
    return new Output(budget, true);
  }

  static Output captured(Budget budget) {
    return new Output(budget, false);
  }

  void write(Str part) {
    if (main) {
      collectGenerations(part);
    }
    text.add(part);
  }

  /** A generation block that was rendered into a macro or variable shows by its label when it is printed. */
  private void collectGenerations(Str part) {
    var origins = part.origins();
    for (var i = 0; i < origins.count(); i++) {
      if (origins.isGeneration(i)) {
        var start = origins.start(i);
        while (i + 1 < origins.count() && origins.isGeneration(i + 1)
            && origins.start(i + 1) == origins.end(i)) {
          i++;
        }
        generations.add(new Span(text.length() + start, text.length() + origins.end(i)));
      }
    }
  }

  /** Writes what a generation block rendered. */
  void writeGeneration(Str block) {
    var content = block.text();
    if (main) {
      generations.add(new Span(text.length(), text.length() + content.length()));
      text.add(block);
    } else {
      write(Str.of(content, block.origins().generation(content.length())));
    }
  }

  int length() {
    return text.length();
  }

  boolean isMain() {
    return main;
  }

  /** Keeps what an iteration rendered, and where one over a mapping, such as a message, rendered nothing. */
  void iteration(Value item, int start) {
    if (main && (text.length() > start || item instanceof DictValue)) {
      budget.steps(STEPS_PER_ITERATION);
      iterations.add(new Trace.Iteration(item, new Span(start, text.length())));
    }
  }

  Str text() {
    return text.build();
  }

  Trace trace() {
    return new Trace(text.build(), List.copyOf(generations), List.copyOf(iterations));
  }
}
