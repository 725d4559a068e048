package linnet.nn.convert;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import linnet.nn.io.FolderModel;
import linnet.nn.io.GgufConfig;
import linnet.nn.io.GgufFamilies;
import linnet.nn.io.GgufFamily;
import linnet.nn.io.GgufForms;
import linnet.nn.io.GgufGeneration;
import linnet.nn.io.GgufMetadata;
import linnet.nn.io.GgufModel;
import linnet.nn.io.GgufRope;
import linnet.nn.io.GgufTokenizer;
import linnet.nn.io.GgufValue;
import linnet.nn.io.GgufWriter;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.Recoding;
import linnet.nn.io.TensorSpec;
import linnet.nn.lora.MergeRecord;
import linnet.nn.model.Checkpoint;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.RopeConfig;
import linnet.tensor.AttentionRule;
import linnet.tensor.Shape;

/**
 * Writes a model as a GGUF file.
 *
 * @param source the model
 * @param types what its tensors become
 */
record GgufModelWriter(ModelSource source, GgufTypes types) {
  private static final String FILE_TYPE = "general.file_type";
  private static final String QUANTIZATION_VERSION = "general.quantization_version";
  static final int CURRENT_QUANTIZATION = 2;

  /** Writes the file and says what is worth to be known about it. */
  List<String> write(Path file, SequencedMap<String, GgufValue> text) {
    return switch (source) {
      case GgufModel gguf -> rewrite(gguf, file, text);
      case FolderModel folder -> write(folder, file, text);
    };
  }

  /** The same file with other types; its metadata stay. */
  private List<String> rewrite(GgufModel gguf, Path file, SequencedMap<String, GgufValue> text) {
    var raw = gguf.file();
    var values = new LinkedHashMap<>(raw.metadata().values());
    values.put(FILE_TYPE, GgufValue.uint32(types.fileType()));
    values.put(QUANTIZATION_VERSION, GgufValue.uint32(CURRENT_QUANTIZATION));
    values.putAll(text);
    values.putAll(tokenizer(values, Checkpoint.of(gguf).config().vocabSize()));
    var tensors = new ArrayList<OutgoingTensor>();
    raw.specs().forEach((name, spec) -> {
      var target = types.of(name, spec.dtype(), spec.shape());
      tensors.add(new OutgoingTensor(spec.as(target),
          sink -> new Recoding(raw.get(name), target).writeTo(sink)));
    });
    GgufWriter.write(file, new GgufMetadata(file.toString(), values), tensors);
    return fallen(tensors);
  }

  private List<String> write(FolderModel folder, Path file, SequencedMap<String, GgufValue> text) {
    var type = folder.config().at("model_type");
    var family = GgufFamilies.ofModelType(type.asString())
        .orElseThrow(() -> type.error("a family that GGUF has a place for"));
    var checkpoint = Checkpoint.of(folder);
    var config = checkpoint.config();
    var keys = GgufKeys.of(config, family);
    var values = new LinkedHashMap<String, GgufValue>();
    values.put("general.architecture", GgufValue.text(family.architecture()));
    values.put("general.type", GgufValue.text("model"));
    values.put("general.name", GgufValue.text(String.valueOf(folder.path().getFileName())));
    values.put("general.alignment", GgufValue.uint32(GgufWriter.USUAL_ALIGNMENT));
    values.put(FILE_TYPE, GgufValue.uint32(types.fileType()));
    values.put(QUANTIZATION_VERSION, GgufValue.uint32(CURRENT_QUANTIZATION));
    values.putAll(keys.values());
    values.putAll(text);
    values.putAll(tokenizer(values, config.vocabSize()));
    values.putAll(GgufGeneration.write(stops(config), source.generationConfig(), text));
    MergeRecord.metadata(MergeRecord.of(source)).forEach(
        (key, record) -> values.put(GgufModel.ANNOTATION + key, GgufValue.text(record)));
    var tensors = tensors(folder, checkpoint, family);
    keys.tables().forEach((name, table) -> tensors.add(
        OutgoingTensor.of(name, Shape.of(table.length), table)));
    var metadata = new GgufMetadata(file.toString(), values);
    new GgufMeaning(folder.path(), family).require(config, metadata, specs(tensors), keys.tables());
    GgufWriter.write(file, metadata, tensors);
    var notes = new ArrayList<>(notes(config, family));
    var unnamed = GgufGeneration.leftOut(stops(config), values);
    if (!unnamed.isEmpty()) {
      notes.add("GGUF has no place for all tokens that end a text: the file does not name " + unnamed
          + ", so that llama.cpp stops there only if it knows them by their text");
    }
    notes.addAll(fallen(tensors));
    return notes;
  }

  /** The tokenizer's keys, with a token for each row of the embedding. */
  private SequencedMap<String, GgufValue> tokenizer(SequencedMap<String, GgufValue> values, int rows) {
    var tokenizer = GgufTokenizer.read(new GgufMetadata(source.path().toString(), values));
    try {
      return tokenizer.map(all -> all.withRows(rows).toMetadata()).orElseGet(LinkedHashMap::new);
    } catch (IllegalArgumentException refused) {
      throw new ModelFormatException(source.path(), GgufConfig.VOCABULARY, refused.getMessage());
    }
  }

  private SequencedSet<Integer> stops(ModelConfig config) {
    var ids = new LinkedHashSet<>(config.eosTokenIds());
    ids.addAll(source.generationConfig().map(ModelConfig::eosTokenIds).orElse(List.of()));
    return ids;
  }

  private static SequencedMap<String, TensorSpec> specs(List<OutgoingTensor> tensors) {
    var specs = new LinkedHashMap<String, TensorSpec>();
    tensors.forEach(tensor -> specs.put(tensor.spec().name(), tensor.spec()));
    return specs;
  }

  /** The tensors as they are to stand in the file. */
  List<OutgoingTensor> tensors(FolderModel folder, Checkpoint checkpoint, GgufFamily family) {
    var config = checkpoint.config();
    var forms = new GgufForms(config.numAttentionHeads(), config.numKeyValueHeads());
    var outgoing = new ArrayList<OutgoingTensor>();
    checkpoint.specs().forEach((key, spec) -> {
      var place = family.ofHuggingFace(key).orElseThrow(() -> new ModelFormatException(folder.path(), key,
          "found a tensor that GGUF files of the architecture " + family.architecture()
              + " have no place for; keep the model as a Hugging Face folder"));
      String name = family.gguf(place);
      var form = place.tensor().form();
      var shape = GgufForms.shapeInGguf(form, spec.shape());
      var target = new TensorSpec(name, types.of(name, spec.dtype(), shape), shape);
      outgoing.add(new OutgoingTensor(target, sink -> {
        try (var arena = Arena.ofConfined()) {
          var stored = forms.toGguf(folder.path(), checkpoint.get(key), form, name, arena);
          new Recoding(stored, target.dtype()).writeTo(sink);
        }
      }));
    });
    return outgoing;
  }

  /** What the file says and llama.cpp does not obey. */
  private static List<String> notes(ModelConfig config, GgufFamily family) {
    var notes = new ArrayList<String>();
    int window = config.form().layers().stream().mapToInt(layer -> layer.window()).min()
        .orElse(AttentionRule.UNBOUNDED);
    if (window < config.maxPositionEmbeddings() && !family.window().obeyed()) {
      notes.add("llama.cpp does not obey the attention window of " + window + " tokens in files of the"
          + " architecture " + family.architecture() + ": its answers differ where a text is longer");
    }
    for (var rope : config.form().ropes()) {
      switch (rope.scaling()) {
        case RopeConfig.Yarn yarn when yarn.betaFast() != GgufRope.USUAL_BETA_FAST
            || yarn.betaSlow() != GgufRope.USUAL_BETA_SLOW -> notes.add("llama.cpp does not obey YaRN's"
                + " beta_fast and beta_slow in files of the architecture " + family.architecture()
                + ": it takes 32 and 1");
        case RopeConfig.LongRope longRope -> notes.add("llama.cpp chooses between LongRoPE's"
            + " factors by the context that it is started with, not by a text's length: up to "
            + longRope.originalMaxPositionEmbeddings() + " the short ones");
        default -> { }
      }
    }
    return notes;
  }

  private List<String> fallen(List<OutgoingTensor> tensors) {
    long count = tensors.stream().filter(tensor -> types.fallsBack(tensor.spec())).count();
    return count == 0 ? List.of() : List.of(count + " of " + tensors.size() + " tensors are F16, since their"
        + " rows are no multiple of " + types.dtype().elementsPerBlock());
  }
}
