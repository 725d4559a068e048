package linnet.sft;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where {@code examples/models/get-smollm2} puts SmolLM2-135M-Instruct; tests that need it are skipped
 * elsewhere.
 */
public final class SmolLm2 {
  private SmolLm2() {}

  /** The GGUF file as it was published. */
  public static Path gguf() {
    return existing("SmolLM2-135M-Instruct.Q4_1.gguf");
  }

  /** The same weights rounded to BF16, in a Hugging Face folder. */
  public static Path folder() {
    return existing("SmolLM2-135M-Instruct");
  }

  private static Path existing(String name) {
    var path = home().resolve(name);
    assumeTrue(Files.exists(path),
        "needs the real model: run `examples/models/get-smollm2 .linnet/smollm2`, or set LINNET_SMOLLM2");
    return path;
  }

  private static Path home() {
    String set = System.getenv("LINNET_SMOLLM2");
    if (set != null) {
      return Path.of(set);
    }
    var here = Path.of("").toAbsolutePath();
    while (here.getParent() != null && !Files.exists(here.resolve("mvnw"))) {
      here = here.getParent();
    }
    return here.resolve(".linnet/smollm2");
  }
}
