package linnet.nn.convert;

import java.util.Optional;

/**
 * What PEFT's name of a tensor says.
 *
 * @param module the path of the adapted module
 * @param isEmbedding whether it is an embedding, whose factors have names and an order of their own
 */
record AdapterTensor(String module, boolean isEmbedding) {
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";
  private static final String EMBEDDING_A = ".lora_embedding_A";
  private static final String EMBEDDING_B = ".lora_embedding_B";

  /** Empty where it is no factor of a low-rank product. */
  static Optional<AdapterTensor> of(String name) {
    for (String end : new String[] {A, B, EMBEDDING_A, EMBEDDING_B}) {
      if (name.endsWith(end)) {
        return Optional.of(new AdapterTensor(name.substring(0, name.length() - end.length()),
            end.equals(EMBEDDING_A) || end.equals(EMBEDDING_B)));
      }
    }
    return Optional.empty();
  }

  /** The end of the first factor's name: (rank, in). */
  String a() {
    return isEmbedding ? EMBEDDING_A : A;
  }

  /** The end of the second factor's name: (out, rank). */
  String b() {
    return isEmbedding ? EMBEDDING_B : B;
  }
}
