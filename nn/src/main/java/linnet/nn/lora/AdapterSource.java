package linnet.nn.lora;

import linnet.nn.Embedding;
import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.OutputHead;
import linnet.nn.Param;
import linnet.nn.TrainableParam;
import linnet.nn.WeightLayout;

/** Where adapters and the copies that train in full come from: they are new, or read from a file. */
interface AdapterSource {
  /**
   * A weight and its adapter.
   *
   * @param weight the base weight that the adapter stands on; most often the one that was given
   * @param adapter the adapter
   */
  record Adapted(Param weight, LowRank adapter) {}

  /** The adapter of a projection or head. */
  Adapted linear(String path, Param weight, WeightLayout layout);

  /** The adapter of a table. */
  LoraEmbedding embedding(String path, Embedding table);

  /** The adapter of a head that is tied to a table, made of the table's. */
  LowRank tied(String path, OutputHead head, LoraEmbedding table);

  /** A copy that trains. */
  TrainableParam copy(String key, Param param);
}
