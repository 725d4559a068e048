package linnet.nn.io;

import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tensors of a GGUF file of the architecture {@code llama} as Hugging Face has them: its names, and the
 * rows of query and key projections in its order. Those two are copied when they are first asked for; all
 * others are the mapped file.
 */
public final class LlamaGgufTensors implements TensorStore {
  private final GgufFile file;
  private final Arena copies = Arena.ofShared();
  private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();
  private final Map<String, RotaryRows> reordered;
  private final Map<String, StoredTensor> copied = new ConcurrentHashMap<>();

  /**
   * A view of an open file, which this closes.
   *
   * @param file a file of the architecture {@code llama}
   * @throws ModelFormatException if it holds tensors that a Llama lacks, or queries and keys do not fit the
   *     heads
   */
  LlamaGgufTensors(GgufFile file) {
    this.file = file;
    int heads = file.metadata().size("llama.attention.head_count");
    int kvHeads = LlamaGgufConfig.kvHeads(file.metadata());
    var rows = new LinkedHashMap<String, RotaryRows>();
    file.specs().forEach((ggufName, spec) -> {
      if (ggufName.equals(LlamaTensorNames.ROPE_FACTORS)) {
        return;
      }
      String name = LlamaTensorNames.toHuggingFace(ggufName).orElseThrow(() -> new ModelFormatException(
          file.path(), ggufName,
          "found a tensor that a Llama does not have; mixtures of experts are not supported"));
      specs.put(name, new TensorSpec(name, spec.dtype(), spec.shape()));
      rotary(name, heads, kvHeads).ifPresent(rotary -> {
        rotary.check(file.path(), spec);
        rows.put(name, rotary);
      });
    });
    reordered = rows;
  }

  /** The reordering that a tensor of Hugging Face's name needs between the two forms, if any. */
  static Optional<RotaryRows> rotary(String name, int heads, int kvHeads) {
    if (name.contains(".self_attn.q_proj.")) {
      return Optional.of(new RotaryRows(heads));
    }
    return name.contains(".self_attn.k_proj.") ? Optional.of(new RotaryRows(kvHeads)) : Optional.empty();
  }

  @Override
  public SequencedMap<String, TensorSpec> specs() {
    return Collections.unmodifiableSequencedMap(specs);
  }

  @Override
  public StoredTensor get(String name) {
    var spec = specs.get(name);
    if (spec == null) {
      throw ModelFormatException.noTensor(file.path(), name, specs.size());
    }
    var rows = reordered.get(name);
    return rows == null ? stored(spec) : copied.computeIfAbsent(name, _ -> reorder(rows, stored(spec)));
  }

  private StoredTensor stored(TensorSpec spec) {
    return new StoredTensor(spec, file.get(LlamaTensorNames.toGguf(spec.name()).orElseThrow()).bytes());
  }

  private StoredTensor reorder(RotaryRows rows, StoredTensor source) {
    var target = copies.allocate(source.bytes().byteSize(), Long.BYTES);
    rows.pairsToHalves(source, target);
    return new StoredTensor(source.spec(), target.asReadOnly());
  }

  @Override
  public void close() {
    copies.close();
    file.close();
  }
}
