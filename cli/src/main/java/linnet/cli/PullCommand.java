package linnet.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import linnet.nn.json.Json;
import linnet.nn.json.ObjectBuilder;
import linnet.sft.hub.Hub;
import linnet.sft.hub.HubSettings;
import linnet.sft.hub.ModelName;
import linnet.sft.hub.PulledModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code linnet pull}: a model from the Hub. */
@Command(name = "pull", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Downloads a model from the Hugging Face Hub and prints where it lies.",
        "Only what Linnet reads is taken: configuration, tokenizer, template and safetensors, or one GGUF"
            + " model; with an adapter its base model. A download that broke off is gone on with. The cache is"
            + " that of Python's huggingface_hub.",
        "All commands take the model by the same name from then on."},
    footer = {"", "Examples:", "  linnet pull HuggingFaceTB/SmolLM2-135M-Instruct",
        "  linnet pull org/model@v1.0", "  linnet pull org/model-GGUF --file model-Q8_0.gguf", "",
        "HF_ENDPOINT, HF_TOKEN, HF_HOME and others are read as by huggingface_hub (see docs/CLI.md)."})
final class PullCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "The model: org/model or org/model@revision.")
  private String name;

  @Option(names = "--revision", paramLabel = "REV",
      description = "A branch, a tag or a commit (default: main).")
  private String revision;

  @Option(names = "--file", paramLabel = "FILE", description = "This GGUF file of the repository"
      + " alone; of a model in several parts the first, which brings all.")
  private String file;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    var model = model();
    var hub = new Hub(HubSettings.ofProcess());
    PulledModel pulled;
    Optional<PulledModel> base;
    var progress = new PullProgress(output);
    try (progress) {
      pulled = hub.pull(model, progress);
      base = Hub.base(pulled.path()).map(named -> hub.pull(named, progress));
    }
    base.ifPresent(found -> output.say("base model: %s", found.path()));
    output.say("%s", pulled.path());
    var summary = summary(pulled).put("files", progress.files()).put("bytes", progress.bytes());
    base.ifPresent(found -> summary.put("base", summary(found)));
    output.event("summary", summary);
    return ExitCode.OK;
  }

  private static ObjectBuilder summary(PulledModel model) {
    return Json.object().put("model", model.name().toString()).put("commit", model.commit())
        .put("path", model.path().toString());
  }

  private ModelName model() {
    var model = ModelName.parse(name);
    if (file != null) {
      UserException.require(model.file().isEmpty(), "--file", file, "no file in the name " + name + " too");
      model = model.withFile(file);
    }
    if (revision != null) {
      UserException.require(model.revision().isEmpty(), "--revision", revision,
          "no revision in the name " + name + " too");
      model = model.withRevision(revision);
    }
    return model;
  }
}
