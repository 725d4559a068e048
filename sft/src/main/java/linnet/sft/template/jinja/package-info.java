/**
 * The template language of chat templates: a part of Jinja with the values and the printing of Python,
 * written from the behaviour of jinja2 3.1.6. A source is cut into tokens ({@code Lexer}), parsed by binding
 * power into records ({@code Parser}, {@code ExpressionParser}, {@code Stmt}, {@code Expr}), and walked
 * ({@code Interpreter}, {@code Evaluator}). Texts carry where their parts came from ({@code Str},
 * {@code Origins}), so that a rendering can tell which message a part of its output belongs to ({@link
 * linnet.sft.template.jinja.Trace}).
 *
 * <p>Not part of it: loading other templates ({@code include}, {@code extends}, {@code import}, {@code
 * block}), autoescaping (what the filters {@code safe} and {@code escape} mark escapes only what is put to
 * it, {@code Markup}), and the filters {@code pprint}, {@code random}, {@code urlize}, {@code wordwrap} and
 * {@code xmlattr}.
 */
package linnet.sft.template.jinja;
