package linnet.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import linnet.nn.json.Json;
import linnet.nn.lora.MergeRecord;
import linnet.nn.lora.TrainedOn;
import linnet.nn.quant.Quantization;
import linnet.sft.ChatModel;
import linnet.tensor.Backend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code linnet merge}: an adapter becomes part of its model. */
@Command(name = "merge", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Adds an adapter into the weights of its base model, in F32, and writes a Hugging Face"
        + " folder.", "Tells how far the logits of what was written are from those of base and adapter."})
final class MergeCommand implements Callable<Integer> {
  /** What {@code --quantize} makes of a model. */
  private static final Set<String> QUANTIZED = Set.of("NF4", "INT8");

  @Parameters(index = "0", paramLabel = "ADAPTER",
      description = "An adapter in PEFT's layout, or one on the Hub.")
  private Path adapter;

  @Parameters(index = "1", paramLabel = "OUT", description = "A new folder.")
  private Path out;

  @Option(names = "--base", paramLabel = "PATH",
      description = "The model to merge into: a Hugging Face folder, a GGUF file or a model on the Hub"
          + " (default: the one that the adapter names).")
  private Path base;

  @Mixin
  private QuantizeOption quantize;

  @Mixin
  private MergeOptions options;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    options.check(out);
    adapter = ModelPath.adapter("ADAPTER", adapter, output);
    var model = base == null ? ModelPath.base(adapter, output) : ModelPath.resolve("--base", base, output);
    try (var backend = backendOptions.open(); var weights = backend.scope("model");
        var chat = ChatModel.load(model, adapter, weights, quantize.quantization())) {
      merge(backend, chat);
      return ExitCode.OK;
    }
  }

  private void merge(Backend backend, ChatModel chat) {
    Banner.print(output, backend, chat.basePath(), chat.base().model());
    TrainedOn.quantization(adapter).filter(QUANTIZED::contains)
        .filter(types -> quantize.quantization() == Quantization.NONE)
        .ifPresent(types -> Notices.print(output, "the adapter was trained on weights quantised to " + types
            + "; --quantize " + types.toLowerCase(Locale.ROOT) + " merges it into those"));
    var records = new ArrayList<>(MergeRecord.of(chat.base().source()));
    records.add(new MergeRecord(Banner.name(adapter), Banner.name(chat.basePath()),
        MergeRecord.fingerprint(chat.model()), false));
    var merged = options.write(chat, chat.model(), records, out);
    var probe = LogitProbe.of(chat.model(), out);
    var dtype = options.dtype(chat.base().model());
    output.say("wrote %s (%s, %s)", out, dtype, Counted.of(merged.tensors().size(), "tensor"));
    if (merged.isUntied()) {
      output.say("embedding and output head were one weight and are two now");
    }
    output.say("largest difference to the logits of base and adapter: %s", probe);
    output.event("summary", Json.object().put("output", out.toString()).put("dtype", dtype.toString())
        .put("tensors", merged.tensors().size()).put("untied", merged.isUntied())
        .put("largestLogitGap", probe.gap()).put("largestLogit", probe.largest()));
  }
}
