package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import linnet.cli.Cli.Call;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pull}, and names where paths are accepted: in processes of their own, which have other variables. */
class PullCommandTest {
  private static final String TOKEN = "hf_secretOfTheTest";

  @TempDir
  private static Path folder;
  private static TinyModel tiny;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
  }

  private static Process start(Map<String, String> environment, Object... args) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var command = new ArrayList<>(List.of(java, "--add-modules", "jdk.incubator.vector",
        "-cp", System.getProperty("jdk.module.path"), "linnet.cli.Main")); // as the launcher does
    Stream.of(args).map(Object::toString).forEach(command::add);
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Call run(Map<String, String> environment, Object... args)
      throws IOException, InterruptedException {
    var process = start(environment, args);
    var out = new String(process.getInputStream().readAllBytes());
    var err = new String(process.getErrorStream().readAllBytes())
        .replaceFirst("WARNING: Using incubator modules: .*\n", "");
    return new Call(process.waitFor(), out, err);
  }

  private static Map<String, String> environment(FolderHub hub, String home) {
    return Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", folder.resolve(home)
        .toString(), "HF_TOKEN", TOKEN);
  }

  @Test
  void aModelIsPulledAndUsedByItsName() throws IOException, InterruptedException {
    try (var hub = new FolderHub(tiny.folder())) {
      var environment = environment(hub, "home");
      var pulled = run(environment, "pull", "org/tiny");
      var path = folder.resolve("home/hub/models--org--tiny/snapshots").resolve(FolderHub.COMMIT);
      assertEquals(0, pulled.exitCode(), pulled.err());
      assertEquals(path.toString(), pulled.out().lines().toList().getLast());
      assertTrue(pulled.out().startsWith("pulling org/tiny: 5 files, "), pulled.out());
      assertEquals("", pulled.err());
      assertEquals(-1, Files.mismatch(tiny.folder().resolve("model.safetensors"),
          path.resolve("model.safetensors")));

      int asked = hub.requests().size();
      var generated = run(environment, "generate", "-m", "org/tiny", "-p", "Who?", "--max-new-tokens", 2);
      assertEquals(0, generated.exitCode(), generated.err());
      assertTrue(generated.out().lines().findFirst().orElseThrow()
          .contains("· org/tiny: llama"), generated.out());
      assertEquals(asked, hub.requests().size(), "what is there is not asked for");

      var again = run(environment, "pull", "org/tiny", "--json");
      assertEquals(List.of("summary"), again.events().stream().map(e -> e.at("event").asString()).toList());
      assertEquals(path.toString(), again.summary().at("path").asString());
      assertEquals(FolderHub.COMMIT, again.summary().at("commit").asString());
      assertEquals(0, again.summary().at("files").asInt());
    }
  }

  @Test
  void aNameIsPulledWhereItIsNeeded() throws IOException, InterruptedException {
    try (var hub = new FolderHub(tiny.folder())) {
      var call = run(environment(hub, "needed"), "train", "-m", "org/tiny", "-d", tiny.rows(), "-o",
          folder.resolve("named-adapter"), "--max-steps", 1, "--json");
      assertEquals(0, call.exitCode(), call.err());
      assertEquals(5, call.named("file").size());
      var config = JsonCursor.read(folder.resolve("named-adapter/adapter_config.json"));
      assertEquals("org/tiny", config.at("base_model_name_or_path").asString());
      assertEquals(FolderHub.COMMIT, config.at("revision").asString());
      // The adapter finds its base, here and where the cache lies elsewhere.
      var generate = new Object[] {"generate", "-m", folder.resolve("named-adapter"), "-p", "x",
          "--max-new-tokens", 1};
      assertEquals(0, run(environment(hub, "needed"), generate).exitCode());
      var merged = folder.resolve("named-merged");
      assertEquals(0, run(environment(hub, "needed"), "merge", folder.resolve("named-adapter"), merged)
          .exitCode());
      var unmerged = run(environment(hub, "needed"), "unmerge", merged, folder.resolve("named-adapter"),
          folder.resolve("named-unmerged"));
      assertEquals(0, unmerged.exitCode(), unmerged.err());
      assertTrue(unmerged.out().contains("largest difference to the logits of"), unmerged.out());
      deleteAll(folder.resolve("needed"));
      assertEquals(0, run(environment(hub, "elsewhere"), generate).exitCode());
      assertTrue(hub.requests().stream().anyMatch(request -> request.contains("/revision/" + FolderHub.COMMIT)),
          "the very version that it was trained on");
    }
  }

  private static void deleteAll(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aPullThatWasKilledIsGoneOnWith() throws IOException, InterruptedException {
    try (var hub = new FolderHub(tiny.folder())) {
      var environment = environment(hub, "killed");
      hub.slow(true);
      var process = start(environment, "pull", "org/tiny");
      var blobs = folder.resolve("killed/hub/models--org--tiny/blobs");
      long size = Files.size(tiny.folder().resolve("model.safetensors"));
      while (process.isAlive() && incomplete(blobs) < size / 2) {
        Thread.sleep(20);
      }
      process.destroyForcibly().waitFor();
      assertEquals(size / 2, incomplete(blobs));

      hub.slow(false);
      var pulled = run(environment, "pull", "org/tiny");
      assertEquals(0, pulled.exitCode(), pulled.err());
      var path = Path.of(pulled.out().lines().toList().getLast());
      assertEquals(-1, Files.mismatch(tiny.folder().resolve("model.safetensors"),
          path.resolve("model.safetensors")));
      assertEquals(0, incomplete(blobs));
      assertTrue(hub.requests().getLast().endsWith("/model.safetensors HTTP/1.1 from " + size / 2),
          hub.requests().getLast());
    }
  }

  /** The bytes of the file that is coming; others may come and go while it is looked for. */
  private static long incomplete(Path blobs) throws IOException {
    if (!Files.isDirectory(blobs)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(blobs)) {
      var partial = files.filter(file -> file.toString().endsWith(".linnet.incomplete")).findFirst();
      return partial.isPresent() ? Files.size(partial.get()) : 0;
    } catch (NoSuchFileException gone) {
      return 0;
    }
  }

  @Test
  void refusalsAreOneLineWithoutTheToken() throws IOException, InterruptedException {
    try (var hub = new FolderHub(tiny.folder())) {
      var missing = run(environment(hub, "none"), "generate", "-m", "org/none", "-p", "x");
      assertEquals(2, missing.exitCode());
      assertEquals(1, missing.err().lines().count(), missing.err());
      assertTrue(missing.err().startsWith("linnet generate: --model: org/none: there is no such file or"
          + " folder; as a"
          + " model on the Hub: org/none: found no such model at " + hub.endpoint()), missing.err());
      var pulled = run(environment(hub, "none"), "pull", "org/none", "--json");
      assertEquals("error", pulled.events().getLast().at("event").asString());
      assertFalse((missing + "" + pulled).contains(TOKEN));
      assertFalse(Files.exists(folder.resolve("none")), "nothing is left behind");
    }
  }

  /** The tests' own environment is offline. */
  @Test
  void bothReadingsOfAModelAreTold() {
    assertRefused(Cli.run("generate", "-m", "org/none", "-p", "x"),
        "org/none: there is no such file or folder",
        "HF_HUB_OFFLINE is set", "pull it first");
    assertRefused(Cli.run("info", "a/b/c"), "a/b/c: there is no such file", "org/model");
    assertRefused(Cli.run("info", "org/m/x-00002-of-00003.gguf"), "org/m/x-00002-of-00003.gguf: there is no such file",
        "a part of a model", "name x-00001-of-00003.gguf");
    assertRefused(Cli.run("info", folder.resolve("x-00002-of-00003.gguf")), "there is no such file", "org/model");
    assertRefused(Cli.run("tokenize", "-m", "none", "--text", "x"), "--model: none", "linnet pull alone");
    assertRefused(Cli.run("convert", "org/none", folder.resolve("new")), "IN: org/none", "HF_HUB_OFFLINE");
    assertRefused(Cli.run("pretrain", "-c", folder.resolve("tiny.json"), "-t", "org/none", "-d",
        folder.resolve("texts.jsonl"), "-o", folder.resolve("new")), "--tokenizer: org/none");
    assertRefused(Cli.run("generate", "-m", tiny.folder(), "--adapter", "org/none", "-p", "x"),
        "--adapter: org/none");
  }

  @Test
  void nonsenseIsRefused() {
    assertRefused(Cli.run("pull", "../evil"), "not the name of a model");
    assertRefused(Cli.run("pull", "org/tiny@a", "--revision", "b"), "--revision: found b");
    assertRefused(Cli.run("pull", "org/tiny/a.gguf", "--file", "b.gguf"), "--file: found b.gguf");
    assertRefused(Cli.run("pull", "org/tiny", "--file", "model.bin"), "GGUF");
    assertRefused(Cli.run("pull"), "NAME");
  }

  private static void assertRefused(Call call, String... parts) {
    assertEquals(ExitCode.BAD_INPUT, call.exitCode(), call.err());
    for (var part : parts) {
      assertTrue(call.err().contains(part), call.err());
    }
  }
}
