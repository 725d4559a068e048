package linnet.nn.io;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;

/** A safetensors file, mapped into memory; its header is checked in full when it is opened. */
public final class SafetensorsFile implements TensorStore {
  private final MappedFile file;
  private final SafetensorsHeader header;
  private final MappedTensors tensors;

  private SafetensorsFile(MappedFile file) {
    this.file = file;
    header = SafetensorsHeader.read(file.path(), file.bytes());
    tensors = new MappedTensors(file, header.tensors());
  }

  /**
   * Opens a file.
   *
   * @param path the file
   * @return the open file
   * @throws ModelFormatException if it is not a sound safetensors file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static SafetensorsFile open(Path path) {
    var file = MappedFile.open(path);
    try {
      return new SafetensorsFile(file);
    } catch (ModelFormatException unsound) {
      file.close();
      throw unsound;
    }
  }

  /** The members of {@code __metadata__}, in their order. */
  @Override
  public Map<String, String> annotations() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public SequencedMap<String, TensorSpec> specs() {
    return tensors.specs();
  }

  @Override
  public StoredTensor get(String name) {
    return tensors.get(name);
  }

  @Override
  public void close() {
    file.close();
  }
}
