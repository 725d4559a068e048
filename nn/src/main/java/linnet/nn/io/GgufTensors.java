package linnet.nn.io;

import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import linnet.nn.io.GgufFamily.Form;

/**
 * The tensors of a GGUF file as Hugging Face has them: its names and its forms. Those that GGUF stores in
 * another form are copied when they are first asked for; all others are the mapped file.
 */
public final class GgufTensors implements TensorStore {
  private final GgufFile file;
  private final GgufForms forms;
  private final Arena copies = Arena.ofShared();
  private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private final Map<String, StoredTensor> copied = new ConcurrentHashMap<>();

  private record Source(String name, Form form) {}

  /**
   * A view of an open file, which this closes.
   *
   * @param file the file
   * @param family what it is of
   * @throws ModelFormatException if it holds tensors that the family lacks, or their shapes do not allow the
   *     form in which GGUF stores them
   */
  GgufTensors(GgufFile file, GgufFamily family) {
    this.file = file;
    forms = new GgufForms(GgufConfig.heads(family, file.metadata()),
        GgufConfig.kvHeads(family, file.metadata()));
    file.specs().forEach((stored, spec) -> {
      if (GgufRope.isTable(family, stored)) {
        return; // config.json says it
      }
      var place = family.ofGguf(stored).orElseThrow(() -> new ModelFormatException(file.path(), stored,
          "found a tensor that a " + family.modelType() + " does not have; mixtures of experts and parts for"
              + " images or sound are not supported"));
      String name = family.huggingFace(place);
      specs.put(name, forms.huggingFace(file.path(), spec, place.tensor().form(), name));
      sources.put(name, new Source(stored, place.tensor().form()));
    });
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
    var source = sources.get(name);
    return source.form() == Form.SAME ? read(source, spec)
        : copied.computeIfAbsent(name, _ -> read(source, spec));
  }

  /** The texts under {@link GgufModel#ANNOTATION}, without that. */
  @Override
  public Map<String, String> annotations() {
    var texts = new TreeMap<String, String>();
    file.metadata().values().keySet().stream().filter(key -> key.startsWith(GgufModel.ANNOTATION))
        .forEach(key -> file.metadata().text(key)
            .ifPresent(text -> texts.put(key.substring(GgufModel.ANNOTATION.length()), text)));
    return texts;
  }

  private StoredTensor read(Source source, TensorSpec spec) {
    return forms.toHuggingFace(file.get(source.name()), source.form(), spec, copies);
  }

  @Override
  public void close() {
    copies.close();
    file.close();
  }
}
