package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import linnet.nn.Golden;
import linnet.nn.TestBackend;
import org.junit.jupiter.api.Test;

/** What a page tells users about the errors of the golden families is so. */
class FamilyTableTest {
  private static final Path PAGE = Path.of("../docs/FAMILIES.md");

  @Test
  void errorsAreAtMostThoseOfThePage() throws IOException {
    var page = Files.readAllLines(PAGE);
    var found = FamilyGoldenTest.names()
        .map(name -> FamilyErrors.of(Golden.path("families/" + name), TestBackend.VECTOR)).toList();
    for (var errors : found) {
      assertTrue(page.stream().anyMatch(line -> line.startsWith("| " + errors.name() + " |") && errors.keeps(line)),
          () -> PAGE + " lacks the line of " + errors.name() + " or promises too much; the table is now\n\n"
              + FamilyErrors.HEADER + found.stream().map(FamilyErrors::line).collect(Collectors.joining()));
    }
  }
}
