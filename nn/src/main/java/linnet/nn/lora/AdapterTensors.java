package linnet.nn.lora;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import linnet.nn.LoraEmbedding;
import linnet.nn.LoraLinear;
import linnet.nn.LowRank;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.WeightLayout;
import linnet.nn.io.OutgoingTensor;
import linnet.tensor.DType;
import linnet.tensor.Tensor;

/**
 * What PEFT would store of a model with adapters.
 *
 * @param model the model
 * @param config what its adapters were made with
 */
record AdapterTensors(Module model, LoraConfig config) {
  AdapterTensors {
    if (!AdaptedTree.isAdapted(model)) {
      throw new IllegalArgumentException("this model has no adapters to write");
    }
  }

  /** Every tensor, in F32. */
  List<OutgoingTensor> outgoing() {
    var tensors = new ArrayList<OutgoingTensor>();
    Modules.find(model, LoraEmbedding.class).forEach((path, lora) -> {
      add(tensors, AdapterKeys.embeddingA(path), lora.loraA().value().transpose());
      add(tensors, AdapterKeys.embeddingB(path), lora.loraB().value().transpose());
      lora.magnitude().ifPresent(m -> add(tensors, AdapterKeys.magnitude(path), m.value()));
    });
    Modules.find(model, LowRank.class).forEach((path, lora) -> {
      add(tensors, AdapterKeys.loraA(path), lora.loraA().value());
      add(tensors, AdapterKeys.loraB(path), lora.loraB().value());
      lora.magnitude().ifPresent(m -> add(tensors, AdapterKeys.magnitude(path), m.value()));
    });
    var tied = TiedWeights.of(model);
    for (var place : AdapterKeys.saved(model)) {
      add(tensors, AdapterKeys.of(place.key()), place.param().value());
      tied.filter(tie -> place.key().equals(tie.embedding() + ".weight")).ifPresent(tie ->
          add(tensors, AdapterKeys.of(tie.head() + ".weight"), place.param().value()));
    }
    if (targetsNameEmbedding()) {
      var modules = Modules.find(model, Module.class);
      adaptedPaths().forEach(path -> AdapterKeys.base(modules.get(path), path)
          .forEach(base -> add(tensors, base.key(), base.param().value())));
    }
    return tensors;
  }

  private static void add(List<OutgoingTensor> tensors, String key, Tensor value) {
    tensors.add(OutgoingTensor.of(key, value, DType.F32));
  }

  private HashSet<String> adaptedPaths() {
    var paths = new HashSet<>(Modules.find(model, LoraEmbedding.class).sequencedKeySet());
    paths.addAll(Modules.find(model, LowRank.class).sequencedKeySet());
    return paths;
  }

  /** PEFT stores the base of embedding and head where the targets name one of them by these names. */
  private boolean targetsNameEmbedding() {
    return switch (config.targets()) {
      case LoraTargets.AllLinear every -> false;
      case LoraTargets.Names names ->
          names.names().stream().anyMatch(AdapterPlaces.EMBEDDING_NAMES::contains);
      case LoraTargets.Matching matching -> Modules.find(model, Module.class).sequencedKeySet().stream()
          .anyMatch(path -> AdapterPlaces.EMBEDDING_NAMES.contains(path.substring(path.lastIndexOf('.') + 1))
              && matching.includes(path));
    };
  }

  /** The last steps of the paths of adapted projections. */
  List<String> targetNames() {
    return List.copyOf(new TreeSet<>(Modules.find(model, LoraLinear.class).sequencedKeySet().stream()
        .map(path -> path.substring(path.lastIndexOf('.') + 1)).toList()));
  }

  /** Whether the base stores projections as (in, out). */
  boolean transposed() {
    return Modules.find(model, LoraLinear.class).values().stream()
        .anyMatch(lora -> lora.base().layout() == WeightLayout.IN_OUT);
  }
}
