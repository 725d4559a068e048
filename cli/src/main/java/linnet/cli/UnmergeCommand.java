package linnet.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import linnet.nn.json.Json;
import linnet.nn.lora.MergeRecord;
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
        + " Face folder.", "What linnet merge has written says which adapters are in it; any other is refused.",
        "Tells how far its logits are from the original model's, where that is at hand.",
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

  @Option(names = "--force",
      description = "Subtract the adapter although nothing says that it was merged into MODEL: only linnet merge"
          + " writes that down; or although MODEL was trained since.")
  private boolean force;

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
    adapter = ModelPath.adapter("ADAPTER", adapter, output);
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
      var unmerge = Unmerge.of(chat.model(), adapter, weights);
      var left = withoutAdapter(MergeRecord.of(chat.base().source()), unmerge.fingerprint());
      var unmerged = options.write(chat, unmerge.model(), left, out);
      tell(backend, chat, unmerged.tensors().size(), original);
      return ExitCode.OK;
    }
  }

  /** What is still merged into the model without the adapter; refuses, unless forced, a model that it is not in. */
  private List<MergeRecord> withoutAdapter(List<MergeRecord> records, String fingerprint) {
    var left = new ArrayList<>(records);
    var found = MergeRecord.last(records, fingerprint);
    if (found.isPresent()) {
      requireUntrained(found.get());
      left.remove(found.get());
    } else if (!force) {
      throw new UserException("MODEL: found " + (records.isEmpty() ? "nothing in the weights of " + model
          + " that says what was merged into them" : model + ", into which was merged " + records.stream()
          .map(MergeRecord::adapter).collect(Collectors.joining(", "))) + ", expected a model that linnet merge made"
          + " with the adapter " + adapter + "; --force subtracts it all the same");
    } else {
      Notices.print(output, "nothing says that " + adapter + " was merged into " + model
          + ": if it was not, what is written is neither model");
    }
    return left;
  }

  private void requireUntrained(MergeRecord record) {
    if (!record.trainedSince()) {
      return;
    }
    if (!force) {
      throw new UserException("MODEL: found " + model + ", which was trained in full after " + record.adapter()
          + " was merged into it, expected a model as linnet merge made it: its weights have moved on together with"
          + " the adapter's share in them, so that what is left without it is no model that there ever was; take "
          + record.base() + ", into which it was merged, instead; --force subtracts it all the same");
    }
    Notices.print(output, model + " was trained in full after " + record.adapter() + " was merged into it: what is"
        + " written is no model that there ever was");
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
