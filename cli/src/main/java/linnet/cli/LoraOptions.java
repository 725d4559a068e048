package linnet.cli;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import linnet.nn.lora.LayerChoice;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.lora.LoraConfigBuilder;
import linnet.nn.lora.LoraInit;
import linnet.nn.lora.LoraTargets;
import linnet.nn.model.CausalLm;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What adapters are added. */
final class LoraOptions {
  /** How adapters begin. */
  enum Init {
    standard(LoraInit.DEFAULT), gaussian(LoraInit.GAUSSIAN), pissa(LoraInit.PISSA), none(LoraInit.NONE);

    private final LoraInit init;

    Init(LoraInit init) {
      this.init = init;
    }
  }

  private static final Map<String, String> OPTION_OF = Map.of("target_modules", "--target-modules",
      "exclude_modules", "--exclude-modules", "modules_to_save", "--modules-to-save", "layers_to_transform",
      "--layers", "layers_pattern", "--layers-pattern", "rank_pattern", "--rank-pattern", "alpha_pattern",
      "--alpha-pattern", "init_lora_weights", "--init", "modules to train", "--train-modules");
  private static final Pattern FIELD =
      Pattern.compile("(?<![\\w.-])(" + String.join("|", OPTION_OF.keySet()) + ")(?!\\w)");

  @Option(names = {"--lora-rank", "--rank"}, defaultValue = "8", paramLabel = "R",
      description = "Rank of the adapters (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(names = {"--lora-alpha", "--alpha"}, defaultValue = "16", paramLabel = "A",
      description = "Their output is scaled by A/R (default: ${DEFAULT-VALUE}).")
  private double alpha;

  @Option(names = {"--lora-dropout", "--dropout"}, defaultValue = "0", paramLabel = "P",
      description = "Dropped share of their inputs while training (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(names = {"--lora-targets", "--target-modules"}, defaultValue = "all-linear", paramLabel = "NAMES",
      description = "Modules that get one: names such as q_proj,v_proj,lm_head, a regular expression over"
          + " whole paths, or all-linear (default: ${DEFAULT-VALUE}).")
  private String targets;

  @Option(names = "--exclude-modules", paramLabel = "NAMES",
      description = "Modules that get none although they are targets: names or a regular expression.")
  private String excluded;

  @Option(names = "--layers", paramLabel = "LIST",
      description = "Layers whose modules get one, such as 0,4-7 (default: all).")
  private String layers;

  @Option(names = "--layers-pattern", split = ",", paramLabel = "NAME",
      description = "With --layers, what the list of layers is called, where a model has several.")
  private List<String> layersPattern = List.of();

  @Option(names = "--rank-pattern", paramLabel = "REGEX=R",
      description = "Another rank for modules whose path ends so; can be repeated.")
  private Map<String, Integer> rankPattern = new LinkedHashMap<>();

  @Option(names = "--alpha-pattern", paramLabel = "REGEX=A",
      description = "Another alpha for modules whose path ends so; can be repeated.")
  private Map<String, Double> alphaPattern = new LinkedHashMap<>();

  @Option(names = "--rslora", description = "Scale by A/sqrt(R) (rank-stabilised LoRA).")
  private boolean rankStabilised;

  @Option(names = "--dora", description = "Train a magnitude for each row of a weight as well (DoRA).")
  private boolean decomposed;

  @Option(names = "--init", defaultValue = "standard", paramLabel = "HOW",
      description = "${COMPLETION-CANDIDATES}: how adapters begin (default: ${DEFAULT-VALUE}: A random, B"
          + " zero). pissa takes the weights' largest singular values, and an F32 copy of what it adapts.")
  private Init init;

  @Option(names = "--modules-to-save", split = ",", paramLabel = "NAME",
      description = "Modules that train in full beside the adapters, such as lm_head, norm or layers.3.mlp;"
          + " they are saved with them.")
  private List<String> modulesToSave = List.of();

  @Option(names = "--keep-tied",
      description = "Where embedding and head are one, give both the same adapter or the same trained copy.")
  private boolean keepTied;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Refuses options that would be read by nobody. */
  void requireNone(String because) {
    for (var option : command.commandLine().getParseResult().matchedOptions()) {
      if (option.userObject() instanceof Field field && field.getDeclaringClass() == LoraOptions.class) {
        throw new UserException(option.longestName() + ": found together with " + because + "; leave it out");
      }
    }
  }

  /** Refuses what is out of range, before any work is done. */
  void check() {
    UserException.requireAtLeast(1, "--lora-rank", rank);
    requirePositive("--lora-alpha", alpha);
    UserException.require(dropout >= 0 && dropout < 1, "--lora-dropout", dropout,
        "a number of at least 0, below 1");
    rankPattern.forEach((regex, r) -> UserException.requireAtLeast(1, "--rank-pattern " + regex, r));
    alphaPattern.forEach((regex, a) -> requirePositive("--alpha-pattern " + regex, a));
    if (layers == null && !layersPattern.isEmpty()) {
      throw new UserException("--layers-pattern: found without --layers, which says which of the list; give both, or"
          + " leave it out");
    }
    checked("--target-modules", List.of(targets), () -> ModuleNames.parse(targets));
    if (excluded != null) {
      checked("--exclude-modules", List.of(excluded), () -> ModuleNames.parse(excluded));
    }
    if (layers != null) {
      checked("--layers-pattern", layersPattern, () -> new LayerChoice(layerNumbers(), layersPattern));
    }
    var plain = LoraConfig.builder(rank, alpha);
    checked("--rank-pattern", rankPattern.keySet(),
        () -> plain.rankPattern(new LinkedHashMap<>(rankPattern)).build());
    checked("--alpha-pattern", alphaPattern.keySet(),
        () -> plain.alphaPattern(new LinkedHashMap<>(alphaPattern)).build());
    checked("--modules-to-save", modulesToSave, () -> plain.modulesToSave(modulesToSave).build());
    named(() -> builder().build());
  }

  /** Names the option whose value is a malformed expression. */
  private static void checked(String option, Collection<String> values, Supplier<?> parse) {
    try {
      named(parse);
    } catch (PatternSyntaxException malformed) {
      throw new UserException(option + ": found " + String.join(", ", values) + ", expected names or a"
          + " regular expression; as one it is malformed: " + malformed.getDescription());
    }
  }

  /**
   * Does what may refuse an adapter's configuration, which the libraries name as PEFT's files do, and names the
   * options instead.
   */
  static <T> T named(Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException refused) {
      var message = FIELD.matcher(refused.getMessage()).replaceAll(field -> OPTION_OF.get(field.group()));
      throw message.equals(refused.getMessage()) ? refused : new UserException(message);
    }
  }

  private static void requirePositive(String option, double value) {
    UserException.require(value > 0 && Double.isFinite(value), option, value, "a finite number above 0");
  }

  /**
   * The adapters of a model.
   *
   * @param model what they are for: names of its projections stand for all-linear where layers are chosen
   */
  LoraConfig config(CausalLm model) {
    var builder = builder();
    var which = ModuleNames.parse(targets);
    if (layers != null) {
      builder.layers(new LayerChoice(layerNumbers(), layersPattern));
      if (which instanceof LoraTargets.AllLinear) {
        which = new LoraTargets.Names(Lora.projectionNames(model));
      }
    }
    var targeted = builder.targets(which);
    return named(targeted::build);
  }

  private LoraConfigBuilder builder() {
    var builder = LoraConfig.builder(rank, alpha).dropout(dropout).init(init.init)
        .rankPattern(new LinkedHashMap<>(rankPattern)).alphaPattern(new LinkedHashMap<>(alphaPattern))
        .modulesToSave(modulesToSave);
    if (excluded != null) {
      builder.exclude(ModuleNames.parse(excluded));
    }
    if (rankStabilised) {
      builder.scaling(LoraConfig.Scaling.BY_ROOT_OF_RANK);
    }
    if (decomposed) {
      builder.decomposed();
    }
    return keepTied ? builder.keepTied() : builder;
  }

  private List<Integer> layerNumbers() {
    var numbers = new ArrayList<Integer>();
    for (var part : layers.split(",", -1)) {
      if (!part.matches("\\d{1,6}(-\\d{1,6})?")) {
        throw new UserException("--layers: found " + layers + ", expected numbers and ranges such as 0,4-7");
      }
      var ends = part.split("-");
      int from = Integer.parseInt(ends[0]);
      int to = Integer.parseInt(ends[ends.length - 1]);
      UserException.require(from <= to, "--layers", part, "a range that does not go down");
      for (int layer = from; layer <= to; layer++) {
        numbers.add(layer);
      }
    }
    return numbers;
  }
}
