package linnet.sft.template.jinja;

import java.time.ZonedDateTime;
import java.util.Map;

/**
 * A parsed template. It renders as jinja2's {@code ImmutableSandboxedEnvironment} does when transformers sets
 * it up for chat templates: {@code trim_blocks}, {@code lstrip_blocks}, loop controls, {@code generation}
 * blocks, and {@code tojson} as plain {@code json.dumps}. Nothing of the JVM can be reached from a template,
 * and every rendering keeps within {@link Limits}. Immutable, and safe for use from several threads.
 */
public final class JinjaTemplate {
  private final String name;
  private final Parser.Parsed parsed;
  private final Limits limits;

  private JinjaTemplate(String name, Parser.Parsed parsed, Limits limits) {
    this.name = name;
    this.parsed = parsed;
    this.limits = limits;
  }

  /**
   * Parses a template.
   *
   * @param name what errors call it
   * @param source its source
   * @param limits the bounds on parsing and on each rendering
   * @return the template
   * @throws TemplateException where the source is not a template
   */
  public static JinjaTemplate parse(String name, String source, Limits limits) {
    return new JinjaTemplate(name, Parser.parse(name, source, limits), limits);
  }

  /**
   * What errors call the template.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Whether the template marks what an assistant writes with {@code generation} blocks.
   *
   * @return true where at least one such block stands in the source
   */
  public boolean hasGenerationBlocks() {
    return parsed.generations();
  }

  /**
   * Renders the template.
   *
   * @param variables what the template sees by name
   * @param now the time that {@code strftime_now} formats
   * @return the text and how it came about
   * @throws TemplateException where the template fails, refuses its input, or reaches a limit
   */
  public Trace render(Map<String, ? extends Value> variables, ZonedDateTime now) {
    var context = new Context(new Budget(limits), now);
    var globals = new Scope(null);
    Globals.define(globals, context);
    var scope = new Scope(globals);
    variables.forEach(scope::set);
    return new Interpreter(name, context).run(parsed.statements(), scope);
  }
}
