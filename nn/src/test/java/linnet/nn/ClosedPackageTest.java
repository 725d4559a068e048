package linnet.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model in a module of a user's own, compiled here, with its package closed and opened. */
class ClosedPackageTest {
  private static final String SOURCE = """
      package user.models;
      public final class Tiny {
        record Model(linnet.nn.RmsNorm outNorm) implements linnet.nn.Module {}
        public static linnet.nn.Module model() {
          return new Model(linnet.nn.RmsNorm.declare(2, 1e-6));
        }
      }
      """;

  @Test
  void theErrorNamesTheLineThatIsMissing(@TempDir Path folder) throws Exception {
    var model = model(folder, "module user.app { requires linnet.nn; exports user.models to linnet.nn; }");
    var error = assertThrows(IllegalStateException.class, () -> Modules.parameters(model));
    assertTrue(error.getMessage().contains("opens user.models to linnet.nn;"), error.getMessage());
    assertTrue(error.getMessage().endsWith("module-info.java of user.app"), error.getMessage());
  }

  @Test
  void theLineHelps(@TempDir Path folder) throws Exception {
    var model = model(folder, """
        module user.app {
          requires linnet.nn;
          exports user.models to linnet.nn;
          opens user.models to linnet.nn;
        }
        """);
    assertEquals(Set.of("out_norm.weight"), Modules.parameters(model).keySet());
  }

  private static Module model(Path folder, String moduleInfo) throws Exception {
    compile(folder, moduleInfo);
    var layer = Modules.class.getModule().getLayer();
    var configuration = layer.configuration()
        .resolve(ModuleFinder.of(folder.resolve("classes")), ModuleFinder.of(), Set.of("user.app"));
    var user = layer.defineModulesWithOneLoader(configuration, Modules.class.getClassLoader());
    return (Module) user.findLoader("user.app").loadClass("user.models.Tiny").getMethod("model").invoke(null);
  }

  private static void compile(Path folder, String moduleInfo) throws IOException {
    var info = Files.writeString(folder.resolve("module-info.java"), moduleInfo);
    var source = Files.writeString(folder.resolve("Tiny.java"), SOURCE);
    var path = Modules.class.getModule().getLayer().configuration().modules().stream()
        .filter(module -> module.name().startsWith("linnet."))
        .map(ClosedPackageTest::location).collect(Collectors.joining(File.pathSeparator));
    var messages = new StringWriter();
    var out = new PrintWriter(messages);
    int result = ToolProvider.findFirst("javac").orElseThrow().run(out, out, "-d",
        folder.resolve("classes").toString(), "--module-path", path, info.toString(), source.toString());
    assertEquals(0, result, messages::toString);
  }

  private static String location(ResolvedModule module) {
    return Path.of(module.reference().location().orElseThrow()).toString();
  }
}
