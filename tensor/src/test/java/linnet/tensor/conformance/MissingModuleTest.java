package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MissingModuleTest {
  /** A JVM without the Vector API gets an error with the cure in it, not a slow backend. */
  @Test
  void theErrorNamesTheFlagAndTheSlowChoice() throws Exception {
    var child = ChildJvm.run(DigestProgram.class, List.of(), List.of("unused", "1"));
    assertNotEquals(0, child.status());
    assertTrue(child.log().contains("--add-modules jdk.incubator.vector"), child::log);
    assertTrue(child.log().contains("Backends.reference()"), child::log);
  }
}
