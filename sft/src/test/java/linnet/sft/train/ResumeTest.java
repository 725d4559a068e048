package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.SafetensorsWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that was stopped and resumed ends with the bits of one that never stopped. */
class ResumeTest {
  private static final int STEPS = 8; // into the third epoch

  @TempDir
  private Path folder;

  private static TinyRun open(TinyModel kind) {
    return new TinyRun(kind, TinyRun.DROPOUT, 1);
  }

  private static String unbroken(TinyModel kind) {
    try (var run = open(kind)) {
      run.trainer(TinyRun.shuffled(), TinyRun.settings(STEPS, 0)).run(TinyRun.START);
      return run.digest();
    }
  }

  /** Trains with a checkpoint after every step but the last. */
  private RunFolder checkpointed(TinyModel kind, String name) {
    var to = new RunFolder(folder.resolve(name));
    try (var run = open(kind)) {
      run.trainer(TinyRun.shuffled(), TinyRun.settings(STEPS, 1), event -> { },
          progress -> to.save(progress, run.optimizer(), more -> { })).run(TinyRun.START);
    }
    return to;
  }

  private static String resumed(TinyModel kind, Path state) {
    try (var run = open(kind)) {
      var progress = TrainingStateFile.restore(state, run.optimizer(), TinyRun.START);
      run.trainer(TinyRun.shuffled(), TinyRun.settings(STEPS, 0)).run(progress);
      return run.digest();
    }
  }

  @ParameterizedTest
  @EnumSource
  void fromEveryStep(TinyModel kind) {
    var expected = unbroken(kind);
    var saved = checkpointed(kind, "run").path();
    for (int step = 1; step < STEPS; step++) {
      var state = saved.resolve("checkpoint-" + step).resolve("training_state.safetensors");
      assertEquals(expected, resumed(kind, state), "stopped after step " + step);
    }
  }

  @Test
  void stoppingEndsAfterTheStepThatRuns() {
    var state = folder.resolve("state.safetensors");
    try (var run = open(TinyModel.LORA)) {
      var trainer = new Trainer[1];
      trainer[0] = run.trainer(TinyRun.shuffled(), TinyRun.settings(STEPS, 0), event -> {
        if (event instanceof TrainingEvent.Step step && step.step() == 5) {
          trainer[0].requestStop();
        }
      }, progress -> { });
      var progress = trainer[0].run(TinyRun.START);
      assertEquals(5, progress.step());
      TrainingStateFile.write(state, progress, run.optimizer());
    }
    assertEquals(unbroken(TinyModel.LORA), resumed(TinyModel.LORA, state));
  }

  @Test
  void theNewestWholeCheckpointIsTaken() throws IOException {
    var run = checkpointed(TinyModel.LORA, "run");
    var halfWritten = Files.createDirectory(run.path().resolve(".checkpoint-9.0a1b2c3d.tmp"));
    Files.writeString(halfWritten.resolve("training_state.safetensors"), "half");
    Files.createDirectory(run.path().resolve("checkpoint-99")); // not ours: it holds no state
    var latest = run.latestState().orElseThrow();
    assertEquals("checkpoint-" + (STEPS - 1), latest.getParent().getFileName().toString());
    assertEquals(unbroken(TinyModel.LORA), resumed(TinyModel.LORA, latest));
    assertTrue(new RunFolder(folder.resolve("none")).latestState().isEmpty());
  }

  @Test
  void whatAKilledSaveLeftIsRemovedBeforeARunGoesOn() throws IOException {
    var run = checkpointed(TinyModel.LORA, "run");
    var halfWritten = Files.createDirectories(run.path().resolve(".checkpoint-9.0a1b2c3d.tmp/sub"));
    Files.writeString(halfWritten.resolve("state"), "half");
    Files.writeString(run.path().resolve(".adapter_model.safetensors.0123abcd.tmp"), "half");
    var mine = Files.writeString(run.path().resolve(".notes.tmp"), "mine");
    run.prepareToResume();
    try (var entries = Files.list(run.path())) {
      assertEquals(List.of(mine), entries.filter(entry -> entry.toString().endsWith(".tmp")).toList());
    }
    assertThrows(IllegalArgumentException.class, new RunFolder(folder.resolve("none"))::prepareToResume);
  }

  @Test
  void aFolderInTheWayOfACheckpointIsNamedBeforeARunGoesOn() throws IOException {
    var run = checkpointed(TinyModel.LORA, "run");
    Files.createDirectory(run.path().resolve("checkpoint-0")); // nothing will be saved there
    run.prepareToResume();
    var inTheWay = Files.createDirectory(run.path().resolve("checkpoint-" + STEPS));
    var refused = assertThrows(IllegalArgumentException.class, run::prepareToResume);
    assertTrue(refused.getMessage().startsWith(inTheWay + ": found no training_state.safetensors"),
        refused.getMessage());
  }

  @Test
  void aTruncatedStateIsRefusedWhereverItWasCut() throws IOException {
    var state = checkpointed(TinyModel.LORA, "run").latestState().orElseThrow();
    var bytes = Files.readAllBytes(state);
    for (int length : new int[] {0, 7, 100, bytes.length / 2, bytes.length - 1}) {
      Files.write(state, Arrays.copyOf(bytes, length));
      try (var run = open(TinyModel.LORA)) {
        var before = run.digest();
        var refused = assertThrows(ModelFormatException.class,
            () -> TrainingStateFile.restore(state, run.optimizer(), TinyRun.START), length + " bytes");
        assertTrue(refused.getMessage().contains(state.toString()), refused.getMessage());
        assertEquals(before, run.digest());
      }
    }
  }

  @Test
  void anotherRunIsRefusedByName() {
    var state = checkpointed(TinyModel.LORA, "run").latestState().orElseThrow();
    assertRefused(state, TinyModel.LORA, TrainingProgress.start(8, TinyRun.START.fingerprints()),
        "seed (7 there, 8 here)");
    assertRefused(state, TinyModel.LORA,
        TrainingProgress.start(7, Map.of("data", "other", "settings", "two")), "differs in data.");
    assertRefused(state, TinyModel.LORA,
        TrainingProgress.start(7, Map.of("data", "one", "settings", "two", "model", "three")),
        "differs in model.");
    assertRefused(state, TinyModel.LORA, TrainingProgress.start(9, Map.of("data", "x", "settings", "y")),
        "differs in seed (7 there, 9 here), data, settings.");
    assertRefused(state, TinyModel.FULL, TinyRun.START, "found no such tensor");
  }

  private static void assertRefused(Path state, TinyModel kind, TrainingProgress expected, String what) {
    try (var run = open(kind)) {
      var before = run.digest();
      var refused = assertThrows(IllegalArgumentException.class,
          () -> TrainingStateFile.restore(state, run.optimizer(), expected));
      assertTrue(refused.getMessage().contains(what) && refused.getMessage().contains(state.toString()),
          refused.getMessage());
      assertEquals(before, run.digest(), "a refused state changes nothing");
    }
  }

  @Test
  void aWeightFileIsNoTrainingState() {
    var file = folder.resolve("adapter.safetensors");
    SafetensorsWriter.write(file, List.of(), Map.of("format", "pt"));
    assertRefused(file, TinyModel.LORA, TinyRun.START, "format: found \"pt\"");
  }

  @Test
  void anOutputFolderThatIsTakenIsRefused() throws IOException {
    var run = checkpointed(TinyModel.LORA, "run");
    var refused = assertThrows(IllegalArgumentException.class, run::requireFresh);
    assertTrue(refused.getMessage().contains("--resume"), refused.getMessage());
    var fresh = new RunFolder(folder.resolve("new/run"));
    fresh.requireFresh();
    assertFalse(Files.exists(fresh.path().getParent()), "nothing is made before there is something to save");
    assertFalse(fresh.latestState().isPresent());
  }

  @Test
  void anOutputFolderInsideAFileIsRefused() throws IOException {
    var file = Files.writeString(folder.resolve("notes.txt"), "mine");
    var refused = assertThrows(IllegalArgumentException.class,
        new RunFolder(file.resolve("run"))::requireFresh);
    assertTrue(refused.getMessage().contains("notes.txt: found a file"), refused.getMessage());
  }
}
