package linnet.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import linnet.nn.json.Json;
import linnet.nn.lora.Unmerge;
import linnet.sft.ChatModel;
import linnet.sft.hub.Hub;
import linnet.sft.hub.HubSettings;
import linnet.tensor.Backend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code linnet unmerge}: a merged model without its adapter again. */
@Command(name = "unmerge", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Subtracts an adapter from a model that it was merged into, in F32, and writes a Hugging"
        + " Face folder.", "Tells how far its logits are from the original model's, where that is at hand.",
        "What rounding or DoRA has lost does not come back: DoRA, PiSSA and modules to save are refused."})
final class UnmergeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "The merged model.")
  private Path model;

  @Parameters(index = "1", paramLabel = "ADAPTER", description = "The adapter that was merged into it.")
  private Path adapter;

  @Parameters(index = "2", paramLabel = "OUT", description = "A new folder.")
  private Path out;

  @Option(names = "--base", paramLabel = "PATH",
      description = "The original model, to compare with (default: the one that the adapter names, if it is"
          + " there or in the Hub's cache).")
  private Path base;

  @Mixin
  private MergeOptions options;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    options.check(out);
    model = ModelPath.resolve("MODEL", model, output);
    adapter = ModelPath.resolve("ADAPTER", adapter, output);
    if (base != null) {
      base = ModelPath.resolve("--base", base, output);
    }
    var original = Optional.ofNullable(base)
        .or(() -> new Hub(HubSettings.ofProcess()).findBase(adapter));
    try (var backend = backendOptions.open(); var weights = backend.scope("model");
        var chat = ChatModel.load(model, weights)) {
      Banner.print(output, backend, chat.basePath(), chat.base().model());
      if (chat.adapter().isPresent()) {
        throw new UserException("MODEL: found an adapter, expected a model that one was merged into");
      }
      var unmerged = options.write(chat, Unmerge.of(chat.model(), adapter, weights), out);
      tell(backend, chat, unmerged.tensors().size(), original);
      return ExitCode.OK;
    }
  }

  private void tell(Backend backend, ChatModel chat, int tensors, Optional<Path> original) {
    var dtype = options.dtype(chat.base().model());
    output.say("wrote %s (%s, %s)", out, dtype, Counted.of(tensors, "tensor"));
    var summary = Json.object().put("output", out.toString()).put("dtype", dtype.toString())
        .put("tensors", tensors);
    original.ifPresentOrElse(path -> {
      try (var weights = backend.scope("original"); var expected = ChatModel.load(path, weights)) {
        var probe = LogitProbe.of(expected.model(), out);
        output.say("largest difference to the logits of %s: %s", path, probe);
        summary.put("largestLogitGap", probe.gap()).put("largestLogit", probe.largest());
      }
    }, () -> output.say("the original model is not here; --base compares with one"));
    output.event("summary", summary);
  }
}
