package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import linnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class CandidatesTest {
  @Test
  void somethingIsTestedBesideTheReference() {
    assertFalse(Candidates.all().isEmpty());
    for (var backend : Candidates.all()) {
      assertFalse(backend instanceof ReferenceBackend);
    }
  }

  @Test
  void theForcedWidthIsTheWidthThatRuns() {
    for (var backend : Candidates.all()) {
      var width = Candidates.bits() == 0 ? "scalar" : Candidates.bits() + " bits";
      assertTrue(backend.description().contains(width), backend.description());
    }
  }
}
