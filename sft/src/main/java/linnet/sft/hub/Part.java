package linnet.sft.hub;

import linnet.sft.hub.RepoFiles.Selection;

/** How much of a model is wanted. */
public enum Part {
  /** All of it. */
  MODEL {
    @Override
    Selection of(Selection selection) {
      return selection;
    }
  },
  /** Tokenizer, template and configuration, without weights; of a GGUF model all, since one file has them together. */
  TEXT {
    @Override
    Selection of(Selection selection) {
      return selection.isGguf() ? selection : Selection.withoutWeights(selection.small());
    }
  };

  /** What of a model's files it takes. */
  abstract Selection of(Selection selection);
}
