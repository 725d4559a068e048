package linnet.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import linnet.nn.Modules;
import linnet.nn.Param;
import linnet.nn.json.Json;
import linnet.nn.model.CausalLm;
import linnet.sft.hub.Hub;
import linnet.sft.hub.ModelName;
import linnet.tensor.Backend;
import linnet.tensor.DType;

/** The first line of every command that computes: what runs, and on what. */
final class Banner {
  private Banner() {}

  /** For a model that was loaded. */
  static void print(Output output, Backend backend, Path path, CausalLm model) {
    print(output, backend, path, model, weightType(model));
  }

  /** For a model that may be declared only, with weights of {@code dtype}. */
  static void print(Output output, Backend backend, Path path, CausalLm model, DType dtype) {
    long parameters = Modules.parameters(model).values().stream().mapToLong(p -> p.shape().elements()).sum();
    output.say("linnet: %s · %s: %s, %,d parameters, %s", backend.description(), name(path),
        model.config().modelType(), parameters, dtype);
    output.event("start", Json.object().put("backend", backend.description()).put("model", path.toString())
        .put("modelType", model.config().modelType()).put("parameters", parameters)
        .put("dtype", dtype.toString()));
  }

  /** What a model or adapter is called: its name on the Hub, or the last step of its path. */
  static String name(Path path) {
    return Hub.nameOf(path).map(ModelName::unversioned)
        .orElseGet(() -> String.valueOf(path.toAbsolutePath().normalize().getFileName()));
  }

  /** The type that most weights are stored in. */
  static DType weightType(CausalLm model) {
    Map<DType, Long> elements = Modules.parameters(model).values().stream().map(Param::value)
        .collect(Collectors.groupingBy(tensor -> tensor.dtype(),
            Collectors.summingLong(tensor -> tensor.elements())));
    return elements.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }
}
