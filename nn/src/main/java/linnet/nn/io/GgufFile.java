package linnet.nn.io;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** A GGUF file, mapped into memory; names, order of rows and element types are those of the file. */
public final class GgufFile implements TensorStore {
  private final MappedFile file;
  private final GgufMetadata metadata;
  private final SequencedMap<String, TensorLayout> layouts = new LinkedHashMap<>();
  private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();

  private GgufFile(MappedFile file) {
    this.file = file;
    var header = GgufHeader.read(file.path().toString(), file.bytes());
    metadata = header.metadata();
    for (var layout : header.tensors()) {
      layouts.put(layout.spec().name(), layout);
      specs.put(layout.spec().name(), layout.spec());
    }
  }

  /**
   * Opens a file.
   *
   * @param path the file
   * @return the open file
   * @throws ModelFormatException if it is not a sound GGUF file of version 2 or 3, or holds a tensor of a
   *     type that is not supported
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static GgufFile open(Path path) {
    var file = MappedFile.open(path);
    try {
      return new GgufFile(file);
    } catch (ModelFormatException unsound) {
      file.close();
      throw unsound;
    }
  }

  /**
   * Where the file lies.
   *
   * @return its path
   */
  public Path path() {
    return file.path();
  }

  /**
   * Keys and values; arrays among them are readable until this file is closed.
   *
   * @return the metadata
   */
  public GgufMetadata metadata() {
    return metadata;
  }

  @Override
  public SequencedMap<String, TensorSpec> specs() {
    return Collections.unmodifiableSequencedMap(specs);
  }

  @Override
  public StoredTensor get(String name) {
    var layout = layouts.get(name);
    if (layout == null) {
      throw ModelFormatException.noTensor(file.path(), name, layouts.size());
    }
    return new StoredTensor(layout.spec(), file.slice(layout.start(), layout.spec()));
  }

  @Override
  public void close() {
    file.close();
  }
}
