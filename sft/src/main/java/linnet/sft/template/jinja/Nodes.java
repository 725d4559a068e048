package linnet.sft.template.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * What both parsers keep account of: depth, the special names a macro uses, and filters and tests that exist.
 */
final class Nodes {
  private static final int LEVELS_OF_A_BRACKET = 4;

  private final Limits limits;
  private final Deque<Set<String>> specialNames = new ArrayDeque<>();
  private int depth;
  private int conditionalBlocks;
  private TemplateException missing;

  Nodes(Limits limits) {
    this.limits = limits;
  }

  /** One level deeper; parsing an expression takes several levels a bracket. */
  void enter(TokenStream stream) {
    enter(stream, 1);
  }

  void leave() {
    depth--;
  }

  /** Into a block of statements, which takes as much of the stack as a bracket. */
  void enterBlock(TokenStream stream) {
    enter(stream, LEVELS_OF_A_BRACKET);
  }

  void leaveBlock() {
    depth -= LEVELS_OF_A_BRACKET;
  }

  private void enter(TokenStream stream, int levels) {
    depth += levels;
    if (depth > limits.depth() * LEVELS_OF_A_BRACKET) {
      throw stream.fail(ErrorKind.LIMIT, "more than " + limits.depth() + " levels of nesting",
          stream.current().position());
    }
  }

  void use(String special) {
    if (!specialNames.isEmpty()) {
      specialNames.peek().add(special);
    }
  }

  void beginMacro() {
    specialNames.push(new HashSet<>());
  }

  Set<String> endMacro() {
    return Set.copyOf(specialNames.pop());
  }

  /** The error of the first filter or test that does not exist, or null. */
  TemplateException missing() {
    return missing;
  }

  /** Takes back what was missed since then, as it stands before an inline {@code if}. */
  void forget(TemplateException since) {
    missing = since;
  }

  /**
   * Refuses the first filter or test that does not exist; jinja2 sees them when it has parsed everything.
   */
  void requireAllExist() {
    if (missing != null) {
      throw missing;
    }
  }

  /** Within an {@code if}, jinja2 looks filters and tests up only when they are reached. */
  int beginConditional() {
    return conditionalBlocks++;
  }

  /** A loop's, macro's or block's body is compiled as a whole, even within an {@code if}. */
  int beginScope() {
    var before = conditionalBlocks;
    conditionalBlocks = 0;
    return before;
  }

  void end(int before) {
    conditionalBlocks = before;
  }

  void requireFilter(TokenStream stream, String name, Position at) {
    if (conditionalBlocks == 0 && missing == null && !Filters.exists(name)) {
      missing = stream.fail(ErrorKind.ASSERTION, "No filter named " + PythonText.repr(name) + ".", at);
    }
  }

  void requireTest(TokenStream stream, String name, Position at) {
    if (conditionalBlocks == 0 && missing == null && !Tests.exists(name)) {
      missing = stream.fail(ErrorKind.ASSERTION, "No test named " + PythonText.repr(name) + ".", at);
    }
  }
}
