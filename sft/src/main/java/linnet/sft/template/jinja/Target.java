package linnet.sft.template.jinja;

import java.util.List;

/** What {@code set} and {@code for} assign to. */
sealed interface Target {
  record ToName(Position at, String name) implements Target {}

  record ToAttribute(Position at, String namespace, String name) implements Target {}

  record ToAll(Position at, List<Target> targets) implements Target {}
}
