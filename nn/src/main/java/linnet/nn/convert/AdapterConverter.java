package linnet.nn.convert;

import java.lang.foreign.Arena;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import linnet.nn.io.GgufFamilies;
import linnet.nn.io.GgufFamily;
import linnet.nn.io.GgufFamily.Form;
import linnet.nn.io.GgufForms;
import linnet.nn.io.GgufMetadata;
import linnet.nn.io.GgufModel;
import linnet.nn.io.GgufValue;
import linnet.nn.io.GgufWriter;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.Recoding;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.StoredTensor;
import linnet.nn.io.TensorSpec;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.AdapterTensor;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.Checkpoint;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/**
 * Writes an adapter in PEFT's layout as a GGUF file of its own, for llama.cpp's {@code --lora} and Ollama's
 * {@code ADAPTER}. The file has one alpha for all and each pair of factors its rank; where a module's scale
 * is another, it is multiplied into the second factor.
 */
public final class AdapterConverter {
  private static final String WEIGHT = ".weight";

  private final Path folder;
  private final Checkpoint base;
  private final GgufFamily family;
  private final DType dtype;
  private final LoraConfig lora;

  /** The two factors of an adapted weight; of an embedding, its rows are the second's columns. */
  private record Pair(String module, String gguf, Form form, StoredTensor a, StoredTensor b,
      boolean embedding) {
    int rank() {
      return a.shape().size(0);
    }
  }

  /**
   * A conversion of one adapter.
   *
   * @param folder the adapter, in PEFT's layout
   * @param base the open model that it was trained on
   * @param dtype F32, F16 or BF16
   * @throws linnet.nn.json.JsonException if its configuration is malformed, or asks for what GGUF cannot
   *     carry
   */
  public AdapterConverter(Path folder, ModelSource base, DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException("found the type " + dtype + ", expected F32, F16 or BF16 for an"
          + " adapter");
    }
    this.folder = folder;
    this.dtype = dtype;
    family = family(base);
    GgufAdapterConfig.requireSayable(folder.resolve(AdapterFiles.CONFIG));
    lora = AdapterFiles.describe(folder).lora();
    this.base = Checkpoint.of(base);
  }

  private static GgufFamily family(ModelSource base) {
    if (base instanceof GgufModel gguf) {
      return gguf.family();
    }
    var type = base.config().at("model_type");
    return GgufFamilies.ofModelType(type.asString())
        .orElseThrow(() -> type.error("a family that GGUF has a place for"));
  }

  /**
   * Writes the file.
   *
   * @return how many weights it adapts
   * @throws ModelFormatException if the weights are unsound, do not fit the model, or are such as GGUF has no
   *     place for
   * @throws java.io.UncheckedIOException if a file cannot be read or written; then nothing of it is left
   */
  public int toGguf(Path file) {
    try (var stored = SafetensorsFile.open(weights())) {
      var pairs = pairs(stored);
      float alpha = alpha(pairs);
      var values = new LinkedHashMap<String, GgufValue>();
      values.put("general.architecture", GgufValue.text(family.architecture()));
      values.put("general.type", GgufValue.text("adapter"));
      values.put("general.name", GgufValue.text(String.valueOf(folder.toAbsolutePath().getFileName())));
      values.put("general.file_type", GgufValue.uint32(new GgufTypes(dtype).fileType()));
      values.put("general.quantization_version", GgufValue.uint32(GgufModelWriter.CURRENT_QUANTIZATION));
      values.put("adapter.type", GgufValue.text("lora"));
      values.put("adapter.lora.alpha", GgufValue.float32(alpha));
      var tensors = new ArrayList<OutgoingTensor>();
      pairs.forEach(pair -> add(tensors, pair, alpha(pair) / alpha));
      GgufWriter.write(file, new GgufMetadata(file.toString(), values), tensors);
      return pairs.size();
    }
  }

  private Path weights() {
    return folder.resolve(AdapterFiles.WEIGHTS);
  }

  /** The alpha that gives a module its scale, as a file keeps it. */
  private float alpha(Pair pair) {
    return (float) (lora.scaleAt(pair.module()) * pair.rank());
  }

  /** The alpha that gives most modules their scale. */
  private float alpha(List<Pair> pairs) {
    return pairs.stream().map(this::alpha)
        .collect(Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()))
        .entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  private void add(List<OutgoingTensor> tensors, Pair pair, float factor) {
    var forms = new GgufForms(base.config().numAttentionHeads(), base.config().numKeyValueHeads());
    var aShape = pair.embedding() ? GgufForms.shapeInGguf(Form.TRANSPOSED, pair.a().shape())
        : pair.a().shape();
    tensors.add(new OutgoingTensor(new TensorSpec(pair.gguf() + ".lora_a", dtype, aShape), sink -> {
      try (var arena = Arena.ofConfined()) {
        var form = pair.embedding() ? Form.TRANSPOSED : Form.SAME;
        new Recoding(forms.toGguf(weights(), pair.a(), form, pair.gguf(), arena), dtype).writeTo(sink);
      }
    }));
    tensors.add(new OutgoingTensor(new TensorSpec(pair.gguf() + ".lora_b", dtype, pair.b().shape()), sink -> {
      try (var arena = Arena.ofConfined()) {
        var b = forms.toGguf(weights(), pair.b(), pair.form(), pair.gguf(), arena);
        new Recoding(factor == 1 ? b : scaled(b, factor, arena), dtype).writeTo(sink);
      }
    }));
  }

  private static StoredTensor scaled(StoredTensor tensor, float factor, SegmentAllocator memory) {
    var values = new float[Math.toIntExact(tensor.shape().elements())];
    Codec.decode(tensor.dtype(), tensor.bytes(), 0, values, 0, values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    var spec = tensor.spec().as(DType.F32);
    var bytes = memory.allocate(spec.bytes(), Long.BYTES);
    Codec.encode(DType.F32, values, 0, values.length, bytes, 0);
    return new StoredTensor(spec, bytes);
  }

  private List<Pair> pairs(SafetensorsFile stored) {
    var pairs = new TreeMap<String, Pair>();
    for (String name : stored.specs().keySet()) {
      if (AdapterTensor.isBase(name)) {
        continue; // what PEFT keeps of the base model's embedding or head
      }
      var factors = AdapterTensor.of(name).orElseThrow(() -> new ModelFormatException(weights(), name,
          "found a tensor that a GGUF adapter has no place for, expected lora_A, lora_B, lora_embedding_A or"
              + " lora_embedding_B of a module; merge the adapter into its base model instead"));
      pairs.computeIfAbsent(factors.module(), _ -> pair(stored, factors));
    }
    if (pairs.isEmpty()) {
      throw new ModelFormatException(weights(), "", "found no adapted weights");
    }
    return List.copyOf(pairs.values());
  }

  private Pair pair(SafetensorsFile stored, AdapterTensor factors) {
    String module = factors.module();
    var adapted = base.specs().get(module + WEIGHT);
    var place = family.ofHuggingFace(module + WEIGHT);
    if (adapted == null || place.isEmpty()) {
      throw new ModelFormatException(weights(), module, adapted == null && base.config().tieWordEmbeddings()
          && module.equals("lm_head") ? "found an adapter of a head that is the embedding; GGUF has no head"
          + " there" : "found an adapter of a module that the base model does not have");
    }
    boolean embedding = factors.isEmbedding();
    if (embedding && base.config().tieWordEmbeddings()) {
      throw new ModelFormatException(weights(), module, "found an adapter of an embedding that is the head as"
          + " well, which readers of GGUF would adapt too; merge the adapter into its base model instead");
    }
    var a = stored.get(factors.a());
    var b = stored.get(factors.b());
    var form = place.get().tensor().form();
    // PEFT keeps factors as (rank, in) and (out, rank) however the base stores its weight
    var outIn = GgufForms.shapeInGguf(form, adapted.shape());
    int in = outIn.size(embedding ? 0 : 1);
    int out = outIn.size(embedding ? 1 : 0);
    requireShape(a, Shape.of(a.shape().rank() == 2 ? a.shape().size(0) : 1, in));
    requireShape(b, Shape.of(out, a.shape().size(0)));
    return new Pair(module, family.gguf(place.get()), form == Form.TRANSPOSED ? Form.SAME : form, a, b,
        embedding);
  }

  private void requireShape(StoredTensor tensor, Shape expected) {
    if (!tensor.shape().equals(expected)) {
      throw new ModelFormatException(weights(), tensor.name(), "found shape " + tensor.shape() + ", expected "
          + expected + " for this base model");
    }
  }
}
