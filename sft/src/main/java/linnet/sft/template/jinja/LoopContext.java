package linnet.sft.template.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The {@code loop} variable. */
final class LoopContext implements Callable {
  /** Renders the body of a recursive loop over other items. */
  interface Recursion {
    Value render(Value items, int depth);
  }

  private final Iterator<Value> source;
  private final int knownLength;
  private final Recursion recursion;
  private final int depth;
  private final Budget budget;
  private final Deque<Value> ahead = new ArrayDeque<>();
  private int index = -1;
  private Value current;
  private Value before;
  private List<Value> lastChanged;

  /** A loop; {@code knownLength} is -1 where the items must be counted. */
  LoopContext(Budget budget, Iterator<Value> source, int knownLength, Recursion recursion, int depth) {
    this.budget = budget;
    this.source = source;
    this.knownLength = knownLength;
    this.recursion = recursion;
    this.depth = depth;
  }

  boolean hasNext() {
    return !ahead.isEmpty() || source.hasNext();
  }

  Value next() {
    before = current;
    current = ahead.isEmpty() ? source.next() : ahead.removeFirst();
    index++;
    return current;
  }

  /** What is left, for a template that walks {@code loop} itself. */
  Iterator<Value> rest() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return LoopContext.this.hasNext();
      }

      @Override
      public Value next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return TupleValue.of(LoopContext.this.next(), LoopContext.this);
      }
    };
  }

  int length() {
    if (knownLength >= 0) {
      return knownLength;
    }
    while (source.hasNext()) {
      budget.elements(1);
      ahead.add(source.next());
    }
    return index + 1 + ahead.size();
  }

  String position() {
    return index + 1 + "/" + length();
  }

  /** An attribute, or null where there is none of that name. */
  Value attribute(String name) {
    return switch (name) {
      case "index" -> Int.of(index + 1);
      case "index0" -> Int.of(index);
      case "revindex" -> Int.of(length() - index);
      case "revindex0" -> Int.of(length() - index - 1);
      case "first" -> Bool.of(index == 0);
      case "last" -> Bool.of(!hasNext());
      case "length" -> Int.of(length());
      case "depth" -> Int.of(depth + 1);
      case "depth0" -> Int.of(depth);
      case "previtem" -> index == 0 ? Undefined.hint("there is no previous item") : before;
      case "nextitem" -> nextItem();
      case "cycle" -> new BuiltIn(name, args -> cycle(args.positional()));
      case "changed" -> new BuiltIn(name, args -> changed(args.positional()));
      default -> null;
    };
  }

  private Value nextItem() {
    if (!hasNext()) {
      return Undefined.hint("there is no next item");
    }
    if (ahead.isEmpty()) {
      ahead.add(source.next());
    }
    return ahead.getFirst();
  }

  private Value cycle(List<Value> items) {
    if (items.isEmpty()) {
      throw TemplateException.type("no items for cycling given");
    }
    return items.get(index % items.size());
  }

  private Value changed(List<Value> values) {
    values.forEach(value -> budget.steps(Weight.of(value)));
    var same = values.equals(lastChanged);
    lastChanged = values;
    return Bool.of(!same);
  }

  @Override
  public Value call(Args args) {
    if (recursion == null) {
      throw TemplateException.type("The loop must have the 'recursive' marker to be called recursively.");
    }
    return recursion.render(Signature.of("iterable").bind("loop", args).getFirst(), depth + 1);
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }
}
