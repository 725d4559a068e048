package linnet.nn.io;

import java.util.Map;
import java.util.SequencedMap;

/** Named tensors that lie in one file or several; safe for use by several threads until it is closed. */
public sealed interface TensorStore extends AutoCloseable
    permits SafetensorsFile, SafetensorsShards, GgufFile, GgufTensors {
  /**
   * What the store holds.
   *
   * @return a description of each tensor by name, in the order of the files
   */
  SequencedMap<String, TensorSpec> specs();

  /**
   * A tensor with its data.
   *
   * @param name one of the names of {@link #specs}
   * @return the tensor; its memory is valid until this store is closed
   * @throws ModelFormatException if there is no tensor of that name
   */
  StoredTensor get(String name);

  /**
   * The free text that files carry beside their tensors, such as {@code format = pt}.
   *
   * @return texts by name
   */
  default Map<String, String> annotations() {
    return Map.of();
  }

  /** Unmaps the files; memory that {@link #get} gave must not be used any more. */
  @Override
  void close();
}
