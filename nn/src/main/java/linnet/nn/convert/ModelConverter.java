package linnet.nn.convert;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.AtomicFolder;
import linnet.nn.io.GgufConfig;
import linnet.nn.io.GgufValue;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.Recoding;
import linnet.nn.io.SafetensorsShardWriter;
import linnet.nn.io.TensorStore;
import linnet.nn.json.Json;
import linnet.nn.lora.MergeRecord;
import linnet.tensor.DType;

/**
 * Turns a model from one form into another: Hugging Face folder or GGUF, and the element type of its weights.
 * The tokenizer comes from the caller, who knows how to write it.
 */
public final class ModelConverter {
  private final ModelSource source;
  private final DType dtype;

  /**
   * A conversion of one model.
   *
   * @param source the model; stays open until the conversion is done
   * @param dtype the type that its real numbers get: F32, F16, BF16, or, in GGUF, Q8_0 or Q4_0
   * @throws IllegalArgumentException if it is another type
   */
  public ModelConverter(ModelSource source, DType dtype) {
    this.source = source;
    this.dtype = new GgufTypes(dtype).dtype();
  }

  /**
   * Writes a Hugging Face folder with config, generation config, weights and whatever the caller adds.
   *
   * @param folder the folder; it must not exist, or be empty
   * @param maxShardBytes the most bytes of weights in one file
   * @param tokenizerFiles writes tokenizer and chat template into the folder that it is given
   * @throws IllegalArgumentException if the type is one that safetensors do not hold
   * @throws ModelFormatException if a weight is too large for the type
   * @throws java.io.UncheckedIOException if the folder cannot be written; then nothing of it is left
   */
  public void toFolder(Path folder, long maxShardBytes, Consumer<Path> tokenizerFiles) {
    var tensors = source.tensors();
    toFolder(folder, maxShardBytes,
        tensors.specs().keySet().stream().map(name -> recoded(tensors, name)).toList(),
        MergeRecord.metadata(MergeRecord.of(source)), UnaryOperator.identity(), tokenizerFiles);
  }

  /**
   * Writes the folder with other weights than the source's, such as those that an adapter was merged into.
   *
   * @param weights the weights, of this conversion's type
   * @param metadata free text for the header of the weights
   * @param change makes the configuration of these weights from the source's
   * @throws IllegalArgumentException if the type is one that safetensors do not hold
   * @throws java.io.UncheckedIOException if the folder cannot be written; then nothing of it is left
   */
  public void toFolder(Path folder, long maxShardBytes, List<OutgoingTensor> weights,
      Map<String, String> metadata, UnaryOperator<Json.Obj> change, Consumer<Path> tokenizerFiles) {
    if (dtype.isQuantized()) {
      throw new IllegalArgumentException("found the type " + dtype + ", expected F32, F16 or BF16 in a"
          + " Hugging Face folder: blocks are GGUF's");
    }
    AtomicFolder.write(folder, temporary -> {
      AtomicFile.writeString(temporary.resolve(ModelFiles.CONFIG), change.apply(config()).pretty() + "\n");
      source.generationConfig().ifPresent(generation -> AtomicFile.writeString(
          temporary.resolve(ModelFiles.GENERATION_CONFIG), generation.value().pretty() + "\n"));
      SafetensorsShardWriter.write(temporary, weights, maxShardBytes, metadata);
      tokenizerFiles.accept(temporary);
    });
  }

  /** The config with the new element type, under the key that the model already uses for it. */
  private Json.Obj config() {
    var config = source.config().asObject();
    String key = config.get("dtype").isPresent() ? "dtype" : "torch_dtype";
    return config.toBuilder().put(key, GgufConfig.torchName(dtype)).build();
  }

  /** Real numbers get the type, integers stay. */
  private OutgoingTensor recoded(TensorStore tensors, String name) {
    var spec = tensors.specs().get(name);
    return spec.dtype().isFloating()
        ? new OutgoingTensor(spec.as(dtype), sink -> new Recoding(tensors.get(name), dtype).writeTo(sink))
        : new OutgoingTensor(spec, sink -> sink.write(tensors.get(name).bytes()));
  }

  /**
   * Writes a GGUF file. As llama.cpp wants it, vectors (norms and biases) and learned positions are F32
   * whatever the type of the others; with Q8_0 and Q4_0, rows that are no multiple of 32 become F16, and with
   * Q4_0 embedding and head become Q8_0.
   *
   * @param file the file
   * @param text further metadata: tokenizer, chat template and what else the caller knows; a source that is
   *     GGUF brings its own, which these override
   * @return what is worth to be known about the file, such as a property of the model that llama.cpp does not
   *     obey
   * @throws ModelFormatException if a weight is too large for the type, or the model is something that GGUF
   *     cannot say
   * @throws linnet.nn.json.JsonException if the model's config is malformed or of a family without a place in
   *     GGUF
   * @throws java.io.UncheckedIOException if the file cannot be written; then nothing of it is left
   */
  public List<String> toGguf(Path file, SequencedMap<String, GgufValue> text) {
    return new GgufModelWriter(source, new GgufTypes(dtype)).write(file, text);
  }
}
