package linnet.nn.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.nn.Activation;
import linnet.nn.Names;
import linnet.nn.WeightLayout;

/**
 * What a decoder is made of, beside its sizes: all that families differ in. The modules are built by it and
 * know no family.
 *
 * @param norm every norm but those of queries and keys
 * @param residuals how a layer's branches meet
 * @param attention what attention is made of
 * @param mlp what the MLP is made of
 * @param ropes the rotary embeddings that layers choose from; none where positions are learned
 * @param layers what differs from layer to layer
 * @param learnedPositions whether a row of a table is added to each token by its position
 * @param embeddingScale what embeddings are multiplied by
 * @param padding the id whose embedding no lookup trains, see {@link linnet.nn.Embedding}
 * @param headBias whether the output head has a bias
 * @param logitSoftCap what logits stay below; infinite where they are as they are
 * @param layout how checkpoints store the weights of projections
 * @param names the steps of checkpoint keys, where they are not the modules'
 * @param ignored ends of names of tensors that checkpoints store and nobody needs
 */
public record DecoderForm(NormKind norm, Residuals residuals, AttentionForm attention, MlpForm mlp,
    List<RopeConfig> ropes, List<LayerForm> layers, boolean learnedPositions, double embeddingScale,
    OptionalInt padding, boolean headBias, double logitSoftCap, WeightLayout layout, Names names, List<String> ignored) {
  /** Copies the short lists; that of the layers may be a view, as long as a file claims. */
  public DecoderForm {
    ropes = List.copyOf(ropes);
    ignored = List.copyOf(ignored);
  }

  /** How attention and MLP meet the stream of features. */
  public enum Residuals {
    /** h = x + attention(norm(x)), then h + mlp(norm(h)). */
    SEQUENTIAL,
    /** Sequential, and each branch's result is normed before it is added. */
    NORMED,
    /** x + attention(norm(x)) + mlp(norm(x)), with one norm for both. */
    PARALLEL
  }

  /**
   * What attention is made of.
   *
   * @param fused whether queries, keys and values come from one projection
   * @param inputBias whether their projections have a bias
   * @param outputBias whether the output's has
   * @param queryKeyNorm the norm of each head's queries and keys, if there is one
   * @param softCap what scores stay below; infinite where they are as they are
   */
  public record AttentionForm(boolean fused, boolean inputBias, boolean outputBias,
      Optional<NormKind> queryKeyNorm, double softCap) {}

  /**
   * What the MLP is made of.
   *
   * @param kind its projections
   * @param activation the function between them
   * @param bias whether they have a bias
   */
  public record MlpForm(MlpKind kind, Activation activation, boolean bias) {}

  /** The projections of an MLP. */
  public enum MlpKind {
    /** down(f(gate(x)) · up(x)). */
    GATED,
    /** The same, with one projection that gives gate and up side by side. */
    FUSED_GATED,
    /** fc2(f(fc1(x))). */
    PLAIN
  }

  /**
   * What differs from layer to layer.
   *
   * @param rope which rotary embedding turns queries and keys; none turns them where it is empty
   * @param window tokens that a query sees at most, see {@link linnet.tensor.AttentionRule}
   * @param scoreScale what scores are multiplied by
   */
  public record LayerForm(OptionalInt rope, int window, double scoreScale) {}
}
