package linnet.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tensor}, {@code autograd} and {@code nn} need nothing but the JDK and each other. */
class DependencyTest {
  private static final Pattern DEPENDENCY = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);

  @Test
  void theModulesResolveWithTheJdkAlone() {
    var ours = ModuleFinder.of(Stream.of("tensor", "autograd", "nn")
        .map(folder -> Path.of("..", folder, "target", "classes")).toArray(Path[]::new));
    var resolved = Configuration.empty()
        .resolve(ours, ModuleFinder.ofSystem(), List.of("linnet.nn"));
    var foreign = resolved.modules().stream().map(ResolvedModule::name)
        .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk."))
        .collect(Collectors.toSet());
    assertEquals(Set.of("linnet.tensor", "linnet.autograd", "linnet.nn"), foreign);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensor", "autograd", "nn"})
  void thePomsNameNothingElse(String folder) throws IOException {
    for (var dependency : dependencies(Path.of("..", folder, "pom.xml"))) {
      assertTrue(dependency.contains("<groupId>dev.linnet</groupId>")
          || dependency.contains("<scope>test</scope>"),
          folder + "/pom.xml brings a dependency along: " + dependency);
    }
  }

  /** What the parent gives to every module is for tests only. */
  @Test
  void theParentPomGivesTestDependenciesOnly() throws IOException {
    var all = dependencies(Path.of("..", "pom.xml"));
    var managed = Files.readString(Path.of("..", "pom.xml")).split("</dependencyManagement>")[0];
    var inherited = all.stream().filter(dependency -> !managed.contains(dependency)).toList();
    assertFalse(inherited.isEmpty());
    for (var dependency : inherited) {
      assertTrue(dependency.contains("<scope>test</scope>"), dependency);
    }
  }

  private static List<String> dependencies(Path pom) throws IOException {
    return DEPENDENCY.matcher(Files.readString(pom)).results().map(match -> match.group(1)).toList();
  }
}
