package linnet.nn.io;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The tensors of one mapped file, where its header says that they lie. */
final class MappedTensors {
  private final MappedFile file;
  private final SequencedMap<String, TensorLayout> layouts = new LinkedHashMap<>();
  private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();

  MappedTensors(MappedFile file, List<TensorLayout> tensors) {
    this.file = file;
    for (var layout : tensors) {
      layouts.put(layout.spec().name(), layout);
      specs.put(layout.spec().name(), layout.spec());
    }
  }

  /** As {@link TensorStore#specs}. */
  SequencedMap<String, TensorSpec> specs() {
    return Collections.unmodifiableSequencedMap(specs);
  }

  /** As {@link TensorStore#get}. */
  StoredTensor get(String name) {
    var layout = layouts.get(name);
    if (layout == null) {
      throw ModelFormatException.noTensor(file.path(), name, layouts.size());
    }
    return new StoredTensor(layout.spec(), file.slice(layout.start(), layout.spec()));
  }
}
