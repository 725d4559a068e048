package linnet.sft.tokenizer;

import java.util.List;

/** A regular expression of Oniguruma as a tree, which writes itself in Java's words. */
sealed interface OnigurumaNode {
  /**
   * Appends it.
   *
   * @param behind whether a look-behind is around it, where case folding takes no character for several
   */
  void write(StringBuilder out, boolean behind);

  /** In Java's words. */
  default String java() {
    var out = new StringBuilder();
    write(out, false);
    return out.toString();
  }

  /** Whether what is written can be followed by a repetition as it is. */
  default boolean isWhole() {
    return false;
  }

  /** Whether it is a place, which Oniguruma lets nobody repeat. */
  default boolean isPlace() {
    return false;
  }

  private static void writeWhole(OnigurumaNode node, StringBuilder out, boolean behind) {
    if (node.isWhole()) {
      node.write(out, behind);
    } else {
      new Group("(?:", node).write(out, behind);
    }
  }

  /** Characters, in any case or as they are. */
  record Text(String characters, boolean anyCase) implements OnigurumaNode {
    @Override
    public void write(StringBuilder out, boolean behind) {
      if (anyCase) {
        CaseFolding.write(characters, out, behind);
      } else {
        characters.codePoints().forEach(c -> out.append(OnigurumaClasses.quote(c)));
      }
    }

    @Override
    public boolean isWhole() {
      return characters.codePointCount(0, characters.length()) == 1;
    }
  }

  /** A class of characters or another thing that Java writes as one. */
  record Atom(String text) implements OnigurumaNode {
    @Override
    public void write(StringBuilder out, boolean behind) {
      out.append(text);
    }

    @Override
    public boolean isWhole() {
      return true;
    }
  }

  /** An anchor. */
  record Anchor(String text) implements OnigurumaNode {
    @Override
    public void write(StringBuilder out, boolean behind) {
      out.append(text);
    }

    @Override
    public boolean isPlace() {
      return true;
    }
  }

  /** A look-ahead or look-behind, with how it opens. */
  record Look(String opening, OnigurumaNode body) implements OnigurumaNode {
    @Override
    public void write(StringBuilder out, boolean behind) {
      out.append(opening);
      body.write(out, behind || opening.startsWith("(?<"));
      out.append(')');
    }

    @Override
    public boolean isPlace() {
      return true;
    }
  }

  /** A group, with how it opens. */
  record Group(String opening, OnigurumaNode body) implements OnigurumaNode {
    @Override
    public void write(StringBuilder out, boolean behind) {
      out.append(opening);
      body.write(out, behind);
      out.append(')');
    }

    @Override
    public boolean isWhole() {
      return true;
    }
  }

  /** What matches one after the other. */
  record Sequence(List<OnigurumaNode> parts) implements OnigurumaNode {
    @Override
    public void write(StringBuilder out, boolean behind) {
      for (var part : parts) {
        if (part instanceof Alternatives) {
          writeWhole(part, out, behind);
        } else {
          part.write(out, behind);
        }
      }
    }
  }

  /** What matches one instead of the other. */
  record Alternatives(List<OnigurumaNode> choices) implements OnigurumaNode {
    @Override
    public void write(StringBuilder out, boolean behind) {
      for (int i = 0; i < choices.size(); i++) {
        out.append(i == 0 ? "" : "|");
        choices.get(i).write(out, behind);
      }
    }

    @Override
    public boolean isPlace() {
      return choices.stream().anyMatch(OnigurumaNode::isPlace);
    }
  }

  /** How a repetition chooses among counts, with what Java writes behind them. */
  enum Mode {
    /** As many as possible. */
    GREEDY(""),
    /** As few as possible. */
    LAZY("?"),
    /** As many as possible, and never fewer. */
    POSSESSIVE("+");

    private final String suffix;

    Mode(String suffix) {
      this.suffix = suffix;
    }
  }

  /** A repetition. */
  record Repeat(OnigurumaNode body, int least, int most, Mode mode) implements OnigurumaNode {
    static final int ANY = Integer.MAX_VALUE;

    /** A repetition, which is one with its body where that is a repetition and tries the same counts in that order. */
    static OnigurumaNode of(OnigurumaNode body, int least, int most, Mode mode) {
      if (least == 1 && most == 1) {
        return body;
      }
      if (body instanceof Repeat inner && inner.mode == Mode.GREEDY && mode != Mode.LAZY
          && (inner.least <= 1 && least <= 1 || inner.least == inner.most && least == most)) {
        return new Repeat(inner.body, product(inner.least, least), product(inner.most, most), mode);
      }
      return new Repeat(body, least, most, mode);
    }

    private static int product(int a, int b) {
      return a == ANY && b > 0 || b == ANY && a > 0 ? ANY : (int) Math.min((long) a * b, ANY);
    }

    @Override
    public void write(StringBuilder out, boolean behind) {
      writeWhole(body, out, behind);
      if (most == ANY && least <= 1) {
        out.append(least == 0 ? '*' : '+');
      } else if (least == 0 && most == 1) {
        out.append('?');
      } else {
        out.append('{').append(least).append(most == least ? "" : most == ANY ? "," : "," + most).append('}');
      }
      out.append(mode.suffix);
    }
  }
}
