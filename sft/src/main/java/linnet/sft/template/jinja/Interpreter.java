package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;

/** Runs a template's statements. */
final class Interpreter {
  private enum Flow { NEXT, BREAK, CONTINUE }

  private final String template;
  private final Context context;
  private final Budget budget;
  private final Evaluator evaluator;
  private Output output;
  private int loops;

  Interpreter(String template, Context context) {
    this.template = template;
    this.context = context;
    this.budget = context.budget();
    this.evaluator = new Evaluator(template, context);
    this.output = Output.main(budget);
  }

  Trace run(List<Stmt> statements, Scope scope) {
    execute(statements, scope);
    return output.trace();
  }

  Value evaluate(Expr expression, Scope scope) {
    return evaluator.evaluate(expression, scope);
  }

  /** What the statements render, as a value. */
  Str capture(List<Stmt> statements, Scope scope) {
    var outer = output;
    output = Output.captured(budget);
    execute(statements, scope);
    var text = output.text();
    output = outer;
    return text;
  }

  private Flow execute(List<Stmt> statements, Scope scope) {
    budget.enter();
    var flow = Flow.NEXT;
    for (var i = 0; i < statements.size() && flow == Flow.NEXT; i++) {
      var statement = statements.get(i);
      try {
        budget.step();
        flow = execute(statement, scope);
      } catch (TemplateException e) {
        throw e.at(template, statement.at());
      }
    }
    budget.leave();
    return flow;
  }

  private Flow execute(Stmt statement, Scope scope) {
    switch (statement) {
      case Stmt.Text text -> output.write((Str) text.text());
      case Stmt.Print print -> output.write(Printer.str(budget, evaluate(print.value(), scope)));
      case Stmt.If branch -> {
        return conditional(branch, scope);
      }
      case Stmt.For loop -> loop(loop, scope);
      case Stmt.Assign assign -> assign(assign.target(), evaluate(assign.value(), scope), scope);
      case Stmt.AssignBlock block ->
          assign(block.target(), filtered(block.filters(), captureBlock(block.body(), scope), scope), scope);
      case Stmt.FilterBlock block -> {
        var inner = new Scope(scope);
        if (!(filtered(block.filters(), captureBlock(block.body(), inner), inner) instanceof Str text)) {
          throw TemplateException.type("a filter block must make a text"); // jinja2 joins all pieces
        }
        output.write(text);
      }
      case Stmt.With with -> {
        var inner = new Scope(scope);
        with.bindings().forEach(binding -> assign(binding.target(), evaluate(binding.value(), scope), inner));
        return execute(with.body(), inner);
      }
      case Stmt.MacroDefinition definition ->
          scope.set(definition.macro().name(), new Macro(this, definition.macro(), scope));
      case Stmt.CallBlock call -> callBlock(call, scope);
      case Stmt.Generation generation -> output.writeGeneration(capture(generation.body(), new Scope(scope)));
      case Stmt.Break _ -> {
        return Flow.BREAK;
      }
      case Stmt.Continue _ -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NEXT;
  }

  private Str captureBlock(List<Stmt> body, Scope scope) {
    return capture(body, new Scope(scope));
  }

  private Flow conditional(Stmt.If first, Scope scope) {
    var branch = first;
    while (!evaluate(branch.condition(), scope).truth()) {
      if (branch.otherwise().size() != 1 || !(branch.otherwise().getFirst() instanceof Stmt.If next)) {
        return execute(branch.otherwise(), scope);
      }
      branch = next;
    }
    return execute(branch.then(), scope);
  }

  private Value filtered(List<Stmt.FilterCall> filters, Value subject, Scope scope) {
    var value = subject;
    for (var filter : filters) {
      value = Filters.apply(context, filter.name(), value, evaluator.arguments(filter.arguments(), scope));
    }
    return value;
  }

  private void callBlock(Stmt.CallBlock block, Scope scope) {
    var function = evaluate(block.call().function(), scope);
    var args = evaluator.arguments(block.call().arguments(), scope);
    var named = new LinkedHashMap<>(args.named());
    named.put("caller", new Macro(this, block.caller(), scope));
    output.write(Printer.str(budget, evaluator.call(function, new Args(args.positional(), named))));
  }

  private void loop(Stmt.For loop, Scope scope) {
    var items = evaluate(loop.iterable(), scope);
    if (!loop.recursive()) {
      iterate(loop, items, scope, null, 0);
      return;
    }
    output.write(recursion(loop, scope, items, 0));
  }

  private Str recursion(Stmt.For loop, Scope scope, Value items, int depth) {
    var outer = output;
    output = Output.captured(budget);
    iterate(loop, items, scope, (inner, level) -> recursion(loop, scope, inner, level), depth);
    var text = output.text();
    output = outer;
    return text;
  }

  private void iterate(Stmt.For loop, Value items, Scope scope, LoopContext.Recursion recursion, int depth) {
    budget.enter();
    var source = Sequences.iterate(budget, items);
    var filtered = loop.filter() == null ? source : new Filtered(loop, source, scope);
    var length = loop.filter() == null && Sequences.hasLength(items) && !(items instanceof LoopContext)
        ? Sequences.length(items) : -1;
    var context = new LoopContext(budget, filtered, length, recursion, depth);
    var any = false; // jinja2 notes it at an iteration's end, so one that is left early does not count
    var flow = Flow.NEXT;
    while (flow != Flow.BREAK && context.hasNext()) {
      flow = iteration(loop, context, new Scope(scope));
      any |= flow == Flow.NEXT;
    }
    if (!any) {
      execute(loop.otherwise(), new Scope(scope));
    }
    budget.leave();
  }

  private Flow iteration(Stmt.For loop, LoopContext context, Scope scope) {
    budget.step();
    var item = context.next();
    var start = output.length();
    assign(loop.target(), item, scope);
    scope.set("loop", context);
    loops++;
    var flow = execute(loop.body(), scope);
    loops--;
    if (loops == 0) {
      output.iteration(item, start);
    }
    return flow;
  }

  /** The items that a loop's {@code if} lets through. */
  private final class Filtered extends LookAhead {
    private final Stmt.For loop;
    private final Iterator<Value> source;
    private final Scope outer;

    Filtered(Stmt.For loop, Iterator<Value> source, Scope outer) {
      this.loop = loop;
      this.source = source;
      this.outer = outer;
    }

    @Override
    protected Value find() {
      while (source.hasNext()) {
        budget.step();
        var item = source.next();
        var scope = new Scope(outer);
        assign(loop.target(), item, scope);
        if (evaluate(loop.filter(), scope).truth()) {
          return loop.target() instanceof Target.ToAll ? new TupleValue(Sequences.list(budget, item)) : item;
        }
      }
      return null;
    }
  }

  private void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Target.ToName name -> scope.set(name.name(), value);
      case Target.ToAttribute attribute -> {
        if (!(scope.get(attribute.namespace()) instanceof Namespace namespace)) {
          throw new TemplateException(ErrorKind.RUNTIME, "cannot assign attribute on non-namespace object")
              .at(template, attribute.at());
        }
        namespace.set(Str.of(attribute.name()), value);
      }
      case Target.ToAll all -> {
        var values = unpacked(value, all.targets().size());
        for (var i = 0; i < values.size(); i++) {
          assign(all.targets().get(i), values.get(i), scope);
        }
      }
    }
  }

  private List<Value> unpacked(Value value, int expected) {
    if (!Sequences.isIterable(value)) {
      throw TemplateException.type("cannot unpack non-iterable " + value.typeName() + " object");
    }
    var values = new ArrayList<Value>();
    for (var iterator = Sequences.iterate(budget, value); iterator.hasNext();) {
      if (values.size() == expected) {
        throw TemplateException.value("too many values to unpack (expected " + expected + ")");
      }
      values.add(iterator.next());
    }
    if (values.size() < expected) {
      throw TemplateException.value("not enough values to unpack (expected " + expected + ", got "
          + values.size() + ")");
    }
    return values;
  }
}
