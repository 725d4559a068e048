package linnet.nn.lora;

import java.util.Optional;

/**
 * PEFT's names for the two factors of an adapted module.
 *
 * @param module the path of the module
 * @param isEmbedding whether it is an embedding, whose factors have names and an order of their own
 */
public record AdapterTensor(String module, boolean isEmbedding) {
  /** What every name begins with. */
  static final String PREFIX = "base_model.model.";
  /** What stands between a module's path and a parameter of its base. */
  static final String BASE = ".base_layer.";

  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";
  private static final String EMBEDDING_A = ".lora_embedding_A";
  private static final String EMBEDDING_B = ".lora_embedding_B";

  /** What a name says; empty where it is no factor's. */
  public static Optional<AdapterTensor> of(String name) {
    for (String end : new String[] {A, B, EMBEDDING_A, EMBEDDING_B}) {
      if (name.startsWith(PREFIX) && name.endsWith(end) && name.length() > PREFIX.length() + end.length()) {
        return Optional.of(new AdapterTensor(name.substring(PREFIX.length(), name.length() - end.length()),
            end.equals(EMBEDDING_A) || end.equals(EMBEDDING_B)));
      }
    }
    return Optional.empty();
  }

  /** Whether a name is that of a base parameter, which PEFT stores beside some adapters. */
  public static boolean isBase(String name) {
    return name.endsWith(BASE + "weight") || name.endsWith(BASE + "bias");
  }

  /** The name of the first factor: (rank, in). */
  public String a() {
    return PREFIX + module + (isEmbedding ? EMBEDDING_A : A);
  }

  /** The name of the second factor: (out, rank). */
  public String b() {
    return PREFIX + module + (isEmbedding ? EMBEDDING_B : B);
  }
}
