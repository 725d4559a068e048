/**
 * Supervised fine-tuning. {@link linnet.sft.ChatModel} is the way in: a model with all that it takes to talk to it and to
 * train it, tokenizer, chat template, stop tokens, adapter. From there:
 *
 * <ul>
 *   <li>{@link linnet.sft.data.Conversation} reads rows, {@link linnet.sft.data.ConversationEncoder} turns them into
 *       token ids with a mask of what is trained, {@link linnet.sft.data.BatchSchedule} says which belong to which step;
 *   <li>{@link linnet.sft.train.Trainer} trains, {@link linnet.sft.train.MemoryForecast} says what that will take, {@link
 *       linnet.sft.train.TrainingStateFile} lets a run go on to the same bits;
 *   <li>{@link linnet.sft.tokenizer.Tokenizer} and {@link linnet.sft.template.ChatTemplate} can be used alone.
 * </ul>
 *
 * <p>{@code linnet.examples.FineTune} puts them together in forty lines.
 */
package linnet.sft;
