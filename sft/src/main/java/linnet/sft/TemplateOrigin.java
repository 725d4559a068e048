package linnet.sft;

/** Where a model's chat template comes from. */
public enum TemplateOrigin {
  /** It lies beside the model. */
  MODEL,
  /** The user chose it. */
  CHOSEN,
  /** The model has none: a built-in one that fits its tokens and family. */
  GUESSED
}
