package linnet.sft.template.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** An iterator that finds its next item when it is asked whether there is one. */
abstract class LookAhead implements Iterator<Value> {
  private Value ready;

  /** The next item, or null where there is none. */
  protected abstract Value find();

  @Override
  public boolean hasNext() {
    if (ready == null) {
      ready = find();
    }
    return ready != null;
  }

  @Override
  public Value next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    var item = ready;
    ready = null;
    return item;
  }
}
