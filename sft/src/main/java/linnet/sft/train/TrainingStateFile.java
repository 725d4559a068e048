package linnet.sft.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import linnet.nn.TrainableParam;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.io.TensorSpec;
import linnet.nn.optim.AdamW;
import linnet.sft.data.DataPosition;
import linnet.tensor.Backend;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * A run as one file: safetensors with the trainable parameters and both moments of each, F32 or F64 as they
 * train, and {@link TrainingProgress} in the metadata. Written under a temporary name, then renamed.
 */
public final class TrainingStateFile {
  private static final String FORMAT = "linnet training state 1";

  private TrainingStateFile() {}

  /** Writes the state of a run that stands still. */
  public static void write(Path file, TrainingProgress progress, AdamW optimizer) {
    var tensors = new ArrayList<OutgoingTensor>();
    optimizer.params().forEach(param -> tensors.add(outgoing("value." + param.name(), param.value())));
    for (var moments : optimizer.moments()) {
      tensors.add(outgoing("m." + moments.name(), moments.m()));
      tensors.add(outgoing("v." + moments.name(), moments.v()));
    }
    var metadata = new LinkedHashMap<String, String>();
    metadata.put("format", FORMAT);
    metadata.put("step", Long.toString(progress.step()));
    metadata.put("epoch", Long.toString(progress.position().epoch()));
    metadata.put("index", Integer.toString(progress.position().index()));
    metadata.put("seed", Long.toString(progress.seed()));
    new TreeMap<>(progress.fingerprints()).forEach((name, hash) -> metadata.put("sha256." + name, hash));
    SafetensorsWriter.write(file, tensors, metadata);
  }

  /**
   * Puts a run back to where it stood.
   *
   * @param optimizer of the same model; its parameters and moments are overwritten
   * @param expected the fingerprints and the seed of the run that wants to go on
   * @return where it goes on
   * @throws IllegalArgumentException if the file is no training state, or that of another run; the message
   *     says what differs, and nothing is changed
   * @throws linnet.nn.io.ModelFormatException if the file is truncated or damaged; nothing is changed
   */
  public static TrainingProgress restore(Path file, AdamW optimizer, TrainingProgress expected) {
    try (var stored = SafetensorsFile.open(file)) {
      var progress = progress(file, stored.annotations());
      requireSameRun(file, progress, expected);
      for (var param : optimizer.params()) {
        requireSpec(file, stored, "value." + param.name(), param.value());
        requireSpec(file, stored, "m." + param.name(), param.value());
        requireSpec(file, stored, "v." + param.name(), param.value());
      }
      var backend = optimizer.params().getFirst().value().backend();
      try (var scope = backend.scope("restore")) {
        var moments = new HashMap<String, AdamW.Moments>();
        for (var param : optimizer.params()) {
          backend.copy(param.value(), read(backend, scope, stored, "value." + param.name()));
          moments.put(param.name(), moments(backend, scope, stored, param));
        }
        optimizer.restore(progress.step(), moments);
      }
      return progress;
    }
  }

  private static AdamW.Moments moments(Backend backend, Scope scope, SafetensorsFile stored,
      TrainableParam param) {
    return new AdamW.Moments(param.name(), read(backend, scope, stored, "m." + param.name()),
        read(backend, scope, stored, "v." + param.name()));
  }

  private static Tensor read(Backend backend, Scope scope, SafetensorsFile stored, String name) {
    var tensor = stored.get(name);
    return backend.adopt(scope, tensor.dtype(), tensor.shape(), tensor.bytes());
  }

  private static OutgoingTensor outgoing(String name, Tensor tensor) {
    return OutgoingTensor.of(name, tensor, tensor.dtype());
  }

  private static TrainingProgress progress(Path file, Map<String, String> metadata) {
    if (!FORMAT.equals(metadata.get("format"))) {
      throw new IllegalArgumentException(file + ": format: found \"" + metadata.get("format")
          + "\", expected \"" + FORMAT + "\": this is no training state of this version");
    }
    var fingerprints = new HashMap<String, String>();
    metadata.forEach((name, value) -> {
      if (name.startsWith("sha256.")) {
        fingerprints.put(name.substring("sha256.".length()), value);
      }
    });
    return new TrainingProgress(number(file, metadata, "step", 0, Long.MAX_VALUE),
        new DataPosition(number(file, metadata, "epoch", 0, Long.MAX_VALUE),
            (int) number(file, metadata, "index", 0, Integer.MAX_VALUE)),
        number(file, metadata, "seed", Long.MIN_VALUE, Long.MAX_VALUE), fingerprints);
  }

  private static long number(Path file, Map<String, String> metadata, String name, long least, long most) {
    var expected = file + ": " + name + ": found " + metadata.get(name) + ", expected a whole number from "
        + least + " to " + most;
    try {
      long number = Long.parseLong(metadata.getOrDefault(name, "nothing"));
      if (number < least || number > most) {
        throw new IllegalArgumentException(expected);
      }
      return number;
    } catch (NumberFormatException malformed) {
      throw new IllegalArgumentException(expected, malformed);
    }
  }

  private static void requireSameRun(Path file, TrainingProgress found, TrainingProgress expected) {
    var differing = new ArrayList<String>();
    if (found.seed() != expected.seed()) {
      differing.add("seed (" + found.seed() + " there, " + expected.seed() + " here)");
    }
    var names = new TreeMap<>(expected.fingerprints());
    names.putAll(found.fingerprints());
    for (var name : names.keySet()) {
      if (!expected.fingerprints().getOrDefault(name, "").equals(found.fingerprints().get(name))) {
        differing.add(name);
      }
    }
    if (!differing.isEmpty()) {
      throw new IllegalArgumentException(file + ": this state is of another run: it differs in "
          + String.join(", ", differing)
          + ". Resume with the same model, data and options, or start a new run in"
          + " another folder");
    }
  }

  private static void requireSpec(Path file, SafetensorsFile stored, String name, Tensor like) {
    TensorSpec spec = stored.specs().get(name);
    if (spec == null || spec.dtype() != like.dtype() || !spec.shape().equals(like.shape())) {
      throw new IllegalArgumentException(file + ": " + name + ": found "
          + (spec == null ? "no such tensor" : spec.dtype() + " " + spec.shape()) + ", expected "
          + like.dtype() + " " + like.shape());
    }
  }
}
