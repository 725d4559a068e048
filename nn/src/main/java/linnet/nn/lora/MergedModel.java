package linnet.nn.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import linnet.nn.Embedding;
import linnet.nn.LoraEmbedding;
import linnet.nn.LoraLinear;
import linnet.nn.LowRank;
import linnet.nn.Modules;
import linnet.nn.OutputHead;
import linnet.nn.WeightLayout;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.TensorSlices;
import linnet.nn.io.TensorSpec;
import linnet.nn.json.Json;
import linnet.nn.model.CausalLm;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * The checkpoint of a model whose adapters are added into its weights, in F32 and rounded once. One weight is
 * computed at a time, when the writer comes to it.
 */
public final class MergedModel {
  private final CausalLm model;
  private final DType dtype;
  private final SequencedMap<String, OutgoingTensor> tensors = new LinkedHashMap<>();

  /**
   * A merge.
   *
   * @param model a model with adapters; alive until the tensors are written
   * @param dtype F32, F16 or BF16
   */
  public MergedModel(CausalLm model, DType dtype) {
    this.model = model;
    this.dtype = dtype;
    Modules.places(model).stream()
        .filter(place -> !(place.owner() instanceof LowRank) && !(place.owner() instanceof LoraEmbedding))
        .forEach(place -> put(place.key(), place.param().shape(), scope -> place.param().value()));
    Modules.find(model, LoraLinear.class).forEach((path, lora) -> {
      var base = lora.base();
      put(path + ".weight", base.weight().shape(), scope ->
          LowRankUpdate.merged(base.weight().value(), lora.adapter(), base.layout(), scope));
    });
    Modules.find(model, Embedding.class).forEach((path, table) -> table.adapter().ifPresent(lora ->
        put(path + ".weight", table.weight().shape(), scope ->
            LowRankUpdate.merged(table.weight().value(), lora, scope))));
    Modules.find(model, OutputHead.class).forEach((path, head) -> {
      if (isUntiedBy(head) || head.adapter().isPresent() && TiedWeights.of(model).isEmpty()) {
        put(path + ".weight", head.weight().shape(), scope -> mergedHead(head, scope));
      }
    });
  }

  private static Tensor mergedHead(OutputHead head, Scope scope) {
    return head.adapter().map(lora ->
        LowRankUpdate.merged(head.weight().value(), lora, WeightLayout.OUT_IN, scope))
        .orElse(head.weight().value());
  }

  /** Whether head and embedding share a weight that adapters make two of. */
  private boolean isUntiedBy(OutputHead head) {
    return TiedWeights.of(model).map(tie -> {
      var table = Modules.find(model, Embedding.class).get(tie.embedding()).adapter();
      if (table.isEmpty() || head.adapter().isEmpty()) {
        return table.isPresent() || head.adapter().isPresent();
      }
      var lora = head.adapter().get();
      return lora.loraB() != table.get().loraA() || lora.scale() != table.get().scale()
          || lora.magnitude().isPresent();
    }).orElse(false);
  }

  /** A tensor that replaces the one of this key, if there is one. */
  private void put(String key, Shape shape, Function<Scope, Tensor> value) {
    tensors.put(key, new OutgoingTensor(new TensorSpec(key, dtype, shape), sink -> {
      try (var scratch = model.backend().scope("merge")) {
        var merged = value.apply(scratch);
        requireHolds(key, merged);
        OutgoingTensor.of(key, merged, dtype).data().writeTo(sink);
      }
    }));
  }

  private void requireHolds(String key, Tensor merged) {
    long first = 0;
    for (var slice : TensorSlices.of(merged)) {
      float[] values = slice.toFloats();
      for (int i = 0; i < values.length; i++) {
        if (!Double.isFinite(Codec.round(dtype, values[i]))) {
          throw new ModelFormatException(key, "element " + (first + i), "found " + values[i]
              + " after merging, which " + dtype + " cannot hold; " + (Float.isFinite(values[i])
              ? "choose BF16 or F32" : "the adapter is damaged"));
        }
      }
      first += values.length;
    }
  }

  /** All tensors, under the keys of the family's checkpoints. */
  public List<OutgoingTensor> tensors() {
    return List.copyOf(tensors.values());
  }

  /** Whether the model's head was its embedding and is another now. */
  public boolean isUntied() {
    return model.config().tieWordEmbeddings()
        && (TiedWeights.of(model).isEmpty() || isUntiedBy(model.outputHead()));
  }

  /** The base's configuration, as this checkpoint needs it. */
  public Json.Obj config(Json.Obj base) {
    return isUntied() ? base.toBuilder().put("tie_word_embeddings", false).build() : base;
  }
}
