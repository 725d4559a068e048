package linnet.examples;

import java.nio.file.Path;
import java.util.List;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.lora.LoraConfig;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.ChatModel;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.Conversation;
import linnet.sft.template.Message;
import linnet.sft.train.Trainer;
import linnet.sft.train.TrainingEvent;
import linnet.sft.train.TrainingSettings;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;

/** Fine-tunes a model with LoRA on rows of conversations, saves the adapter, and asks a question. */
public final class FineTune {
  private FineTune() {}

  /** Arguments: a model, a JSONL file of rows, a new folder for the adapter, a question. */
  public static void main(String[] args) {
    run(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), args[3]);
  }

  static void run(Path modelPath, Path rowsFile, Path output, String question) {
    var key = RandomKey.of(42);
    try (var backend = Backends.vector(); var weights = backend.scope("model");
        var training = backend.scope("training"); var base = ChatModel.load(modelPath, weights)) {
      var chat = base.withAdapter(LoraConfig.allLinear(8, 16, 0.05), key.derive("lora"), training);
      var data = chat.encoder(512).encode(Conversation.read(rowsFile));
      var batches = new BatchSchedule(data.rows(), new BatchSize.Rows(8), 1, key.derive("shuffle"));
      var optimizer = new AdamW(AdamWConfig.withDecay(0), chat.model(), DecayRule.ALL, training);
      var settings = TrainingSettings.of(batches.steps(3), new LearningRateSchedule.Cosine(2e-4, 10));
      new Trainer(chat.model(), optimizer, batches, settings, event -> {
        if (event instanceof TrainingEvent.Step step) {
          IO.println("step %d of %d: loss %.3f".formatted(step.step(), step.totalSteps(), step.loss()));
        }
      }).run();
      chat.save(output, DType.F32);
      chat.generate(chat.prompt(List.of(Message.of("user", question))),
          SamplingConfig.greedy(64, chat.stopIds()), IO::print);
      IO.println();
    }
  }
}
