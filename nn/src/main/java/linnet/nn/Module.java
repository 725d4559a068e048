package linnet.nn;

/**
 * A part of a model: a record whose components are its parameters, its parts and its attributes.
 *
 * <p>A component that is a {@link Param} or a module, or a {@link java.util.List} or {@link
 * java.util.Optional} of them, is part of the tree; any other component is an attribute. A component's name
 * in snake case, or its {@link Key}, is its step in the keys of Hugging Face checkpoints: {@code record
 * Mlp(Projection gateProj, …)} in component {@code mlp} gives {@code mlp.gate_proj.weight}. List elements are
 * numbered from 0. See {@link Modules}.
 */
public interface Module {
  /** What a family calls components otherwise; a record with a component of this name overrides it. */
  default Names names() {
    return Names.NONE;
  }
}
