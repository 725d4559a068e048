package linnet.sft.template;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import linnet.nn.json.JsonCursor;

/** A template that is to be used whatever the model brings. */
public sealed interface TemplateChoice {
  /**
   * The Jinja source.
   *
   * @return the source
   */
  String source();

  /**
   * What errors call the template.
   *
   * @return its name
   */
  String name();

  /**
   * Reads what a user gave: a built-in template's name, or else a file with a Jinja template.
   *
   * @param nameOrFile such as {@code llama3} or {@code my/template.jinja}
   * @return the choice
   * @throws IllegalArgumentException where it is neither; the message lists the names
   * @throws java.io.UncheckedIOException where the file cannot be read
   */
  static TemplateChoice of(String nameOrFile) {
    var builtIn = BuiltInTemplate.named(nameOrFile);
    if (builtIn.isPresent()) {
      return new BuiltIn(builtIn.get());
    }
    var file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("found \"" + nameOrFile + "\", expected a file with a Jinja template"
          + " or one of " + BuiltInTemplate.names());
    }
    return new InFile(file, new String(JsonCursor.bytes(file), StandardCharsets.UTF_8));
  }

  /**
   * A built-in template.
   *
   * @param template which
   */
  record BuiltIn(BuiltInTemplate template) implements TemplateChoice {
    @Override
    public String source() {
      return template.source();
    }

    @Override
    public String name() {
      return template.title() + " (built in)";
    }
  }

  /**
   * A template of the user's.
   *
   * @param file where it lies
   * @param source what it holds
   */
  record InFile(Path file, String source) implements TemplateChoice {
    @Override
    public String name() {
      return file.toString();
    }
  }
}
