package linnet.nn;

import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Tensor;

/**
 * The low-rank adapter of a table W(V,D): W + scale·A·B. With magnitudes m it is m ∘ (W + scale·A·B) / ‖W +
 * scale·A·B‖, column by column, as PEFT's DoRA is; no gradient flows through the norms. Nothing is dropped.
 *
 * <p>Both factors are kept transposed, so that a token's row of A lies together: PEFT's files hold A as (R,V)
 * and B as (D,R).
 *
 * @param loraA A(V,R)
 * @param loraB B(R,D)
 * @param magnitude m(D), of DoRA
 * @param scale alpha / R, or alpha / √R with rank-stabilised scaling
 * @param settled m / ‖W + scale·A·B‖, where nothing of it changes any more; else it is computed whenever it is used
 */
public record LoraEmbedding(@Key("lora_embedding_A") Param loraA, @Key("lora_embedding_B") Param loraB,
    @Key("lora_magnitude_vector") Optional<Param> magnitude, double scale, Optional<Param> settled)
    implements Module {
  /** An adapter that may change. */
  public LoraEmbedding(Param loraA, Param loraB, Optional<Param> magnitude, double scale) {
    this(loraA, loraB, magnitude, scale, Optional.empty());
  }

  /** R. */
  public int rank() {
    return loraA.shape().size(1);
  }

  /**
   * The adapted rows of the tokens.
   *
   * @param rows those of W, (T,D)
   * @param factors those of A, (T,R)
   */
  Variable apply(Tape tape, Variable rows, Param table, Variable factors) {
    var update = tape.matmul(factors, loraB.variable());
    var sum = tape.add(rows, tape.scale(update, scale));
    return magnitude.isEmpty() ? sum : tape.mul(sum, factor(tape, table));
  }

  /** As {@link LowRank#settled(Tape, Param, WeightLayout)}. */
  public LoraEmbedding settled(Tape tape, Param table) {
    return magnitude.isEmpty() ? this : new LoraEmbedding(loraA, loraB, magnitude, scale,
        Optional.of(new FrozenParam("settled", factor(tape, table).value())));
  }

  /** m / ‖W + scale·A·B‖. */
  private Variable factor(Tape tape, Param table) {
    if (settled.isPresent()) {
      return settled.get().variable();
    }
    var m = magnitude.orElseThrow().variable();
    var norms = tape.scope().allocate(m.value().dtype(), m.shape());
    norms(norms, table.value());
    return tape.div(m, Variable.constant(norms));
  }

  /** ‖W + scale·A·B‖, column by column: (D). */
  public void norms(Tensor norms, Tensor table) {
    norms.backend().updatedNorms(norms, table, loraA.value(), loraB.value(), scale, 0);
  }
}
