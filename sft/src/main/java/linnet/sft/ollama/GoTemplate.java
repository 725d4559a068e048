package linnet.sft.ollama;

import java.util.Optional;
import java.util.stream.Stream;
import linnet.sft.ollama.TurnFormat.Around;

/**
 * A format of turns in the language of Ollama's templates, Go's {@code text/template} over {@code .Messages}.
 * An answer that comes last is one to go on with and stays open.
 *
 * @param format what to say
 * @param added the token that the tokenizer puts in front of every text, if it does
 */
record GoTemplate(TurnFormat format, Optional<String> added) {
  /** The template; empty where texts of the format would mean something in it. */
  Optional<String> text() {
    var head = head();
    var system = format.system().orElse(new Around("", ""));
    boolean plain = head.isPresent() && Stream.of(head.get(), format.user().before(), format.user().after(),
        format.assistant().before(), format.assistant().after(), format.prompt(), system.before(),
        system.after()).noneMatch(part -> part.contains("{{") || part.contains("\"\"\""));
    return plain ? Optional.of(text(head.get(), system)) : Optional.empty();
  }

  /** Without the token that stands there already; empty where it is part of a turn. */
  private Optional<String> head() {
    if (added.isEmpty() || added.get().isEmpty()) {
      return Optional.of(format.head());
    }
    String token = added.get();
    if (format.head().startsWith(token)) {
      return Optional.of(format.head().substring(token.length()));
    }
    boolean first = format.head().isEmpty() && (format.user().before().startsWith(token)
        || format.system().filter(around -> around.before().startsWith(token)).isPresent());
    return first ? Optional.empty() : Optional.of(format.head());
  }

  private String text(String head, Around system) {
    var go = new StringBuilder(head).append("{{ range $i, $_ := .Messages }}")
        .append("{{ $last := eq (len (slice $.Messages $i)) 1 }}");
    if (format.usual().filter(String::isEmpty).isPresent()) { // a turn that is there, whatever it says
      go.insert(head.length(), "{{ if not .System }}" + system.before() + system.after() + "{{ end }}");
    }
    if (format.system().isPresent() && !format.systemInUser()) {
      go.append("{{ if eq .Role \"system\" }}").append(system.before()).append("{{ .Content }}")
          .append(system.after()).append("{{ else if eq .Role \"user\" }}");
    } else {
      go.append("{{ if eq .Role \"user\" }}");
    }
    go.append(format.user().before());
    if (format.systemInUser()) {
      go.append("{{ if and $.System (le $i 1) }}").append(system.before()).append("{{ $.System }}")
          .append(system.after()).append("{{ end }}");
    }
    return go.append("{{ .Content }}").append(format.user().after())
        .append("{{ else if eq .Role \"assistant\" }}").append(format.assistant().before())
        .append("{{ .Content }}{{ if not $last }}").append(format.assistant().after())
        .append("{{ end }}{{ end }}{{ if and $last (ne .Role \"assistant\") }}").append(format.prompt())
        .append("{{ end }}{{ end }}").toString();
  }
}
