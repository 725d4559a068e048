package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Parses the statements of a template. */
final class Parser {
  private static final Set<String> LOADING = Set.of("extends", "include", "import", "from", "block");

  private final TokenStream stream;
  private final Nodes nodes;
  private final ExpressionParser expressions;
  private final List<List<String>> endTags = new ArrayList<>();
  private final List<String> openTags = new ArrayList<>();
  private int loops;
  private boolean generations;

  private Parser(String template, List<Token> tokens, Limits limits) {
    this.stream = new TokenStream(template, tokens);
    this.nodes = new Nodes(limits);
    this.expressions = new ExpressionParser(stream, nodes);
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException where it is not one; the message names what was found and what was expected
   */
  static Parsed parse(String template, String source, Limits limits) {
    var parser = new Parser(template, Lexer.tokens(template, source), limits);
    var statements = parser.statements(List.of());
    parser.nodes.requireAllExist();
    return new Parsed(statements, parser.generations);
  }

  /**
   * A parsed template.
   *
   * @param statements its statements
   * @param generations whether it marks what an assistant writes
   */
  record Parsed(List<Stmt> statements, boolean generations) {}

  /** Statements up to one of the end tags, whose name is left as the current token. */
  private List<Stmt> statements(List<String> until) {
    nodes.enterBlock(stream);
    endTags.add(until);
    var body = new ArrayList<Stmt>();
    while (!stream.at(TokenType.END)) {
      var token = stream.next();
      switch (token.type()) {
        case DATA -> body.add(new Stmt.Text(token.position(), Str.of(token.text())));
        case VARIABLE_BEGIN -> {
          body.add(new Stmt.Print(token.position(), expressions.tuple(true, null)));
          stream.expect(TokenType.VARIABLE_END);
        }
        default -> {
          if (stream.at(TokenType.NAME) && until.contains(stream.current().text())) {
            endTags.removeLast();
            nodes.leaveBlock();
            return List.copyOf(body);
          }
          statement(body);
          stream.expect(TokenType.BLOCK_END);
        }
      }
    }
    if (!until.isEmpty()) {
      throw missingEnd(null);
    }
    nodes.leaveBlock();
    return List.copyOf(body);
  }

  private void statement(List<Stmt> body) {
    if (!stream.at(TokenType.NAME)) {
      throw stream.fail("tag name expected");
    }
    var at = stream.current().position();
    var tag = stream.current().text();
    openTags.add(tag);
    if (tag.equals("print")) {
      stream.next();
      print(at, body);
    } else {
      body.add(statement(tag, at));
    }
    openTags.removeLast();
  }

  private Stmt statement(String tag, Position at) {
    stream.next();
    return switch (tag) {
      case "if" -> conditional(at);
      case "for" -> loop(at);
      case "set" -> assign(at);
      case "with" -> with(at);
      case "macro" -> macro(at);
      case "call" -> call(at);
      case "filter" -> new Stmt.FilterBlock(at, filters(expressions.filterCall()), scope("endfilter"));
      case "generation" -> {
        generations = true;
        yield new Stmt.Generation(at, function("endgeneration"));
      }
      case "break" -> {
        requireLoop("'break' outside loop", at);
        yield new Stmt.Break(at);
      }
      case "continue" -> {
        requireLoop("'continue' not properly in loop", at);
        yield new Stmt.Continue(at);
      }
      default -> {
        if (LOADING.contains(tag)) {
          throw stream.fail("the tag '" + tag + "' has no meaning in a chat template, which is one file", at);
        }
        openTags.removeLast();
        throw missingEnd(new Token(TokenType.NAME, tag, at));
      }
    };
  }

  private void requireLoop(String detail, Position at) {
    if (loops == 0) {
      throw stream.fail(detail, at);
    }
  }

  private void print(Position at, List<Stmt> body) {
    for (var first = true; !stream.at(TokenType.BLOCK_END); first = false) {
      if (!first) {
        stream.expect(TokenType.COMMA);
      }
      body.add(new Stmt.Print(at, expressions.expression()));
    }
  }

  /** The end of the opening tag, then statements up to one of the end tags. */
  private List<Stmt> block(String... until) {
    stream.skipIf(TokenType.COLON);
    stream.expect(TokenType.BLOCK_END);
    return statements(List.of(until));
  }

  private List<Stmt> scope(String end) {
    var before = nodes.beginScope();
    var body = block(end);
    stream.next();
    nodes.end(before);
    return body;
  }

  /** A body that Python compiles as a function of its own: no loop outside it can be left from within. */
  private List<Stmt> function(String end) {
    var outer = loops;
    loops = 0;
    var body = scope(end);
    loops = outer;
    return body;
  }

  private Stmt conditional(Position at) {
    var before = nodes.beginConditional();
    var condition = expressions.tuple(false, null);
    var then = block("elif", "else", "endif");
    nodes.end(before);
    var tag = stream.next();
    List<Stmt> otherwise = switch (tag.text()) {
      case "elif" -> {
        nodes.enter(stream);
        var next = List.of(conditional(tag.position()));
        nodes.leave();
        yield next;
      }
      case "else" -> {
        before = nodes.beginConditional();
        var body = block("endif");
        nodes.end(before);
        stream.next();
        yield body;
      }
      default -> List.of();
    };
    return new Stmt.If(at, condition, then, otherwise);
  }

  private Stmt loop(Position at) {
    var target = target("in");
    stream.expectName("in");
    var iterable = expressions.tuple(false, "recursive");
    var filter = stream.skipIf("if") ? expressions.expression() : null;
    var recursive = stream.skipIf("recursive");
    var before = nodes.beginScope();
    loops++;
    var body = block("endfor", "else");
    loops--;
    List<Stmt> otherwise = List.of();
    if (stream.next().text().equals("else")) {
      otherwise = block("endfor");
      stream.next();
    }
    nodes.end(before);
    return new Stmt.For(at, target, iterable, filter, recursive, body, otherwise);
  }

  private Stmt assign(Position at) {
    var target = target(null);
    if (stream.skipIf(TokenType.ASSIGN)) {
      return new Stmt.Assign(at, target, expressions.tuple(true, null));
    }
    List<Stmt.FilterCall> filters =
        stream.at(TokenType.PIPE) ? filters(expressions.filter()) : List.of();
    return new Stmt.AssignBlock(at, target, filters, scope("endset"));
  }

  private List<Stmt.FilterCall> filters(Stmt.FilterCall first) {
    var filters = new ArrayList<>(List.of(first));
    while (stream.at(TokenType.PIPE)) {
      filters.add(expressions.filter());
    }
    return List.copyOf(filters);
  }

  private Stmt with(Position at) {
    var bindings = new ArrayList<Stmt.Binding>();
    while (!stream.at(TokenType.BLOCK_END)) {
      if (!bindings.isEmpty()) {
        stream.expect(TokenType.COMMA);
      }
      var target = singleTarget();
      stream.expect(TokenType.ASSIGN);
      bindings.add(new Stmt.Binding(target, expressions.expression()));
    }
    return new Stmt.With(at, List.copyOf(bindings), scope("endwith"));
  }

  private Stmt macro(Position at) {
    var name = stream.expect(TokenType.NAME).text();
    return new Stmt.MacroDefinition(at, macroBody(name, signature(), "endmacro"));
  }

  private Stmt call(Position at) {
    var parameters = stream.at(TokenType.LEFT_PAREN) ? signature() : List.<Stmt.Parameter>of();
    if (!(expressions.expression() instanceof Expr.Call call)) {
      throw stream.fail("expected call", at);
    }
    return new Stmt.CallBlock(at, call, macroBody("caller", parameters, "endcall"));
  }

  private Stmt.MacroBody macroBody(String name, List<Stmt.Parameter> parameters, String end) {
    nodes.beginMacro();
    var body = function(end);
    var named = nodes.endMacro();
    var free = new TreeSet<>(named);
    parameters.forEach(parameter -> free.remove(parameter.name()));
    free.forEach(nodes::use); // jinja2 counts what a macro within names as named by the macro around it too
    if (named.contains("caller")) {
      free.add("caller"); // also where it is a parameter
    }
    return new Stmt.MacroBody(name, parameters, body, free);
  }

  private List<Stmt.Parameter> signature() {
    var parameters = new ArrayList<Stmt.Parameter>();
    stream.expect(TokenType.LEFT_PAREN);
    while (!stream.at(TokenType.RIGHT_PAREN)) {
      if (!parameters.isEmpty()) {
        stream.expect(TokenType.COMMA);
      }
      var name = stream.expect(TokenType.NAME);
      var otherwise = stream.skipIf(TokenType.ASSIGN) ? expressions.expression() : null;
      if (otherwise == null && !parameters.isEmpty() && parameters.getLast().otherwise() != null) {
        throw stream.fail("non-default argument follows default argument");
      }
      parameters.add(new Stmt.Parameter(name.position(), name.text(), otherwise));
    }
    stream.expect(TokenType.RIGHT_PAREN);
    return List.copyOf(parameters);
  }

  /** A target, or several with commas between them. */
  private Target target(String endWord) {
    var at = stream.current().position();
    var targets = new ArrayList<Target>();
    var several = false;
    while (!expressions.tupleEnds(endWord) && !stream.at(TokenType.ASSIGN)) {
      targets.add(singleTarget());
      if (!stream.skipIf(TokenType.COMMA)) {
        break;
      }
      several = true;
    }
    if (targets.isEmpty()) {
      throw stream.fail("Expected an expression, got " + PythonText.repr(stream.current().describe()));
    }
    return several ? new Target.ToAll(at, List.copyOf(targets)) : targets.getFirst();
  }

  private Target singleTarget() {
    var at = stream.current().position();
    if (stream.skipIf(TokenType.LEFT_PAREN)) {
      return bracketed(() -> target(null), TokenType.RIGHT_PAREN);
    }
    if (stream.at(TokenType.STRING) || stream.at(TokenType.INTEGER) || stream.at(TokenType.FLOAT)) {
      throw stream.fail("can't assign to 'const'", at);
    }
    if (!stream.at(TokenType.NAME)) {
      throw stream.fail("unexpected " + PythonText.repr(stream.current().describe()));
    }
    var name = stream.next().text();
    if (stream.skipIf(TokenType.DOT)) {
      return new Target.ToAttribute(at, name, stream.expect(TokenType.NAME).text());
    }
    switch (name) {
      case "true", "false", "none", "True", "False", "None" ->
          throw stream.fail("can't assign to 'const'", at);
      default -> {
        return new Target.ToName(at, name);
      }
    }
  }

  private Target bracketed(Supplier<Target> inner, TokenType end) {
    nodes.enter(stream);
    var target = inner.get();
    nodes.leave();
    stream.expect(end);
    return target;
  }

  /** The error for an unknown tag, or (null) for the end of the template where an end tag should stand. */
  private TemplateException missingEnd(Token unknown) {
    var message = new StringBuilder(unknown == null ? "Unexpected end of template."
        : "Encountered unknown tag " + PythonText.repr(unknown.text()) + ".");
    var wanted = endTags.getLast();
    if (!wanted.isEmpty()) {
      var list = String.join(" or ", wanted.stream().map(PythonText::repr).toList());
      var known = unknown != null && endTags.stream().anyMatch(tags -> tags.contains(unknown.text()));
      message.append(known
          ? " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for "
          : " Jinja was looking for the following tags: ").append(list).append('.');
    }
    if (!openTags.isEmpty()) {
      message.append(" The innermost block that needs to be closed is ")
          .append(PythonText.repr(openTags.getLast())).append('.');
    }
    return stream.fail(message.toString(), unknown == null ? stream.current().position()
        : unknown.position());
  }
}
