package linnet.nn.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/**
 * Turns a model from one form into another: Hugging Face folder or GGUF, and the element type of its weights
 * (F32, F16 or BF16, rounded to nearest even). The tokenizer comes from the caller, who knows how to write
 * it.
 */
public final class ModelConverter {
  private static final String FILE_TYPE = "general.file_type";

  private final ModelSource source;
  private final DType dtype;

  /**
   * A conversion of one model.
   *
   * @param source the model; stays open until the conversion is done
   * @param dtype the type that its real numbers get: F32, F16 or BF16
   * @throws IllegalArgumentException if it is another type
   */
  public ModelConverter(ModelSource source, DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException("found the type " + dtype + ", expected F32, F16 or BF16");
    }
    this.source = source;
    this.dtype = dtype;
  }

  /**
   * Writes a Hugging Face folder with config, generation config, weights and whatever the caller adds.
   *
   * @param folder the folder; it must not exist, or be empty
   * @param maxShardBytes the most bytes of weights in one file
   * @param tokenizerFiles writes tokenizer and chat template into the folder that it is given
   * @throws ModelFormatException if a weight is too large for the type
   * @throws java.io.UncheckedIOException if the folder cannot be written; then nothing of it is left
   */
  public void toFolder(Path folder, long maxShardBytes, Consumer<Path> tokenizerFiles) {
    AtomicFolder.write(folder, temporary -> {
      AtomicFile.writeString(temporary.resolve(ModelFiles.CONFIG), config().pretty() + "\n");
      source.generationConfig().ifPresent(generation -> AtomicFile.writeString(
          temporary.resolve(ModelFiles.GENERATION_CONFIG), generation.value().pretty() + "\n"));
      var tensors = source.tensors();
      var outgoing = tensors.specs().keySet().stream().map(name -> recoded(tensors, name, dtype)).toList();
      SafetensorsShardWriter.write(temporary, outgoing, maxShardBytes);
      tokenizerFiles.accept(temporary);
    });
  }

  /** The config with the new element type, under the key that the model already uses for it. */
  private Json.Obj config() {
    var config = source.config().asObject();
    String key = config.get("dtype").isPresent() ? "dtype" : "torch_dtype";
    return config.toBuilder().put(key, LlamaGgufConfig.torchName(dtype)).build();
  }

  /**
   * Writes a GGUF file. As llama.cpp wants it, tensors of one dimension (norms and biases) are F32 whatever
   * the type of the others.
   *
   * @param file the file
   * @param tokenizer further metadata: tokenizer and chat template; a source that is GGUF brings its own,
   *     which these override
   * @throws ModelFormatException if a weight is too large for the type, or is one that a Llama does not have
   * @throws linnet.nn.json.JsonException if the model's config says something that GGUF cannot
   * @throws java.io.UncheckedIOException if the file cannot be written; then nothing of it is left
   */
  public void toGguf(Path file, SequencedMap<String, GgufValue> tokenizer) {
    switch (source) {
      case GgufModel gguf -> {
        var values = new LinkedHashMap<>(gguf.file().metadata().values());
        values.put(FILE_TYPE, fileType());
        values.putAll(tokenizer);
        var raw = gguf.file();
        GgufWriter.write(file, new GgufMetadata(file.toString(), values),
            raw.specs().values().stream().map(spec -> recoded(raw, spec.name(), ggufType(spec))).toList());
      }
      case FolderModel folder -> {
        var config = folder.config();
        var values = new LinkedHashMap<String, GgufValue>();
        values.put("general.architecture", GgufValue.text(LlamaGgufConfig.ARCHITECTURE));
        values.put("general.type", GgufValue.text("model"));
        values.put("general.name", GgufValue.text(String.valueOf(folder.path().getFileName())));
        values.put(FILE_TYPE, fileType());
        values.put("general.quantization_version", GgufValue.uint32(2));
        values.putAll(LlamaGgufMetadata.of(config));
        values.putAll(tokenizer);
        GgufWriter.write(file, new GgufMetadata(file.toString(), values), ggufTensors(folder, config));
      }
    }
  }

  /** ggml's {@code enum llama_ftype}: what most tensors are. */
  private GgufValue fileType() {
    return GgufValue.uint32(switch (dtype) {
      case F16 -> 1;
      case BF16 -> 32;
      default -> 0;
    });
  }

  private DType ggufType(TensorSpec spec) {
    return spec.shape().rank() < 2 ? DType.F32 : dtype;
  }

  private List<OutgoingTensor> ggufTensors(FolderModel folder, JsonCursor config) {
    int heads = LlamaGgufMetadata.heads(config);
    int kvHeads = LlamaGgufMetadata.kvHeads(config);
    var outgoing = new ArrayList<OutgoingTensor>();
    LlamaGgufMetadata.llama3(config).ifPresent(factors -> outgoing.add(ropeFactors(factors, config)));
    boolean tied = config.opt("tie_word_embeddings").map(JsonCursor::asBoolean).orElse(false);
    for (var spec : folder.tensors().specs().values()) {
      if (tied && spec.name().equals(LlamaTensorNames.HEAD)) {
        continue; // some folders store the embedding twice
      }
      String name = LlamaTensorNames.toGguf(spec.name()).orElseThrow(() -> new ModelFormatException(
          folder.path(), spec.name(), "found a tensor that a Llama does not have"));
      var rows = LlamaGgufTensors.rotary(spec.name(), heads, kvHeads);
      rows.ifPresent(rotary -> rotary.check(folder.path(), spec));
      var type = spec.dtype().isFloating() ? ggufType(spec) : spec.dtype();
      var target = new TensorSpec(name, type, spec.shape());
      outgoing.add(new OutgoingTensor(target, sink -> {
        var tensor = folder.tensors().get(spec.name());
        if (rows.isEmpty()) {
          new Recoding(tensor, target.dtype()).writeTo(sink);
        } else {
          writePaired(rows.get(), tensor, target.dtype(), sink);
        }
      }));
    }
    return outgoing;
  }

  private static void writePaired(RotaryRows rows, StoredTensor tensor, DType dtype, SegmentSink sink)
      throws IOException {
    try (var arena = Arena.ofConfined()) {
      var paired = arena.allocate(tensor.bytes().byteSize(), Long.BYTES);
      rows.halvesToPairs(tensor, paired);
      new Recoding(new StoredTensor(tensor.spec(), paired), dtype).writeTo(sink);
    }
  }

  private static OutgoingTensor ropeFactors(Llama3RopeFactors factors, JsonCursor config) {
    float[] table = factors.table(LlamaGgufMetadata.theta(config), LlamaGgufMetadata.headDim(config));
    return OutgoingTensor.of(LlamaTensorNames.ROPE_FACTORS, Shape.of(table.length), table);
  }

  /** Real numbers become {@code dtype}, integers stay. */
  private static OutgoingTensor recoded(TensorStore tensors, String name, DType dtype) {
    var spec = tensors.specs().get(name);
    return spec.dtype().isFloating()
        ? new OutgoingTensor(spec.as(dtype), sink -> new Recoding(tensors.get(name), dtype).writeTo(sink))
        : new OutgoingTensor(spec, sink -> sink.write(tensors.get(name).bytes()));
  }
}
