package linnet.nn.model;

import static linnet.nn.Closeness.relativeError;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Golden;
import linnet.nn.Modules;
import linnet.nn.SupervisedLoss;
import linnet.nn.TestBackend;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.Lora;

/**
 * How far a model is from the golden figures in its folder: the largest relative errors.
 *
 * @param name of the folder
 * @param logits of all tokens, token by token
 * @param loss its
 * @param gradients of all parameters, parameter by parameter
 * @param adapter of a PEFT adapter's logits, loss and norms of gradients
 * @param tokens of a greedy continuation, how many are the same and how many there are
 */
record FamilyErrors(String name, double logits, double loss, double gradients, double adapter, int[] tokens) {
  /** Below this a gradient is what rounding leaves of zero, as that of a bias of keys that are not turned. */
  private static final double VANISHING = 1e-10;
  static final String HEADER = """
      | model | logits | loss | gradients | adapter | greedy tokens |
      |---|---|---|---|---|---|
      """;

  static FamilyErrors of(Path folder, TestBackend test) {
    var figures = JsonCursor.read(folder.resolve("cases.json"));
    var rows = Golden.Rows.of(figures);
    try (var backend = test.open(); var training = backend.scope("training"); var weights = backend.scope("weights");
        var loaded = Models.load(folder, weights, test.dtype());
        var grads = SafetensorsFile.open(folder.resolve("grads.safetensors"))) {
      double logits = 0;
      try (var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
        var found = loaded.model().logits(tape, loaded.model().hidden(tape, rows.batch())).value();
        int token = 0;
        for (var row : figures.at("logits").elements()) {
          for (var expected : row.elements()) {
            logits = Math.max(logits, relativeError(Golden.doubles(expected), found.select(0, token++).toDoubles()));
          }
        }
      }
      var full = Models.trainable(loaded.model(), training);
      double loss = error(figures.at("loss"), backward(full, rows, 1.0 / figures.at("num_targets").asInt()));
      double gradients = 0;
      for (var param : Modules.trainable(full)) {
        double[] expected = Golden.values(grads.get(param.name()));
        if (figures.at("grad_norms").at(param.name()).asDouble() > VANISHING) {
          gradients = Math.max(gradients, relativeError(expected, param.grad().toDoubles()));
        }
      }
      return new FamilyErrors(folder.getFileName().toString(), logits, loss, gradients,
          adapter(AdapterFiles.load(folder.resolve("adapter"), loaded.model(), training).model(), rows, figures),
          tokens(loaded.model(), figures.at("greedy")));
    }
  }

  private static double error(JsonCursor expected, double found) {
    return Math.abs(found / expected.asDouble() - 1);
  }

  private static double backward(CausalLm model, Golden.Rows rows, double weight) {
    try (var step = model.backend().scope("step"); var tape = Tape.recording(step)) {
      var loss = SupervisedLoss.of(tape, model, rows, weight);
      tape.backward(loss);
      return loss.value().item();
    }
  }

  private static double adapter(CausalLm adapted, Golden.Rows rows, JsonCursor figures) {
    var all = new Golden.Rows(rows.rows(), rows.rows());
    double worst = error(figures.at("lora_loss"), backward(adapted, all, 1));
    for (var param : Lora.parameters(adapted)) {
      double norm = Math.sqrt(Arrays.stream(param.grad().toDoubles()).map(g -> g * g).sum());
      worst = Math.max(worst, error(figures.at("lora_grad_norms").at(param.name()), norm));
    }
    try (var step = adapted.backend().scope("step"); var tape = Tape.noGrad(step)) {
      Variable logits = adapted.logits(tape, adapted.hidden(tape, rows.batch()));
      for (int r = 0; r < rows.rows().size(); r++) {
        double[] last = logits.value().select(0, rows.batch().rows().queryStart(r + 1) - 1).toDoubles();
        worst = Math.max(worst, relativeError(Golden.doubles(figures.at("lora_logits").at(r)), last));
      }
    }
    return worst;
  }

  private static int[] tokens(CausalLm model, JsonCursor greedy) {
    int[] expected = Golden.ints(greedy.at("new_ids"));
    int[] found = Generator.generate(model, Golden.ints(greedy.at("prompt_ids")),
        SamplingConfig.greedy(expected.length, Set.of()), id -> { }).ids();
    int same = Arrays.mismatch(expected, found);
    return new int[] {same < 0 ? expected.length : same, expected.length};
  }

  /** A line of the table: errors rounded up. */
  String line() {
    return "| " + name + " | " + Stream.of(logits, loss, gradients, adapter).map(FamilyErrors::roundedUp)
        .collect(Collectors.joining(" | ")) + " | " + tokens[0] + " of " + tokens[1] + " |\n";
  }

  /** Whether a line of the table, perhaps of older code, promises no more than what is. */
  boolean keeps(String line) {
    var cells = line.split(" *\\| *");
    return logits <= Double.parseDouble(cells[2]) && loss <= Double.parseDouble(cells[3])
        && gradients <= Double.parseDouble(cells[4]) && adapter <= Double.parseDouble(cells[5])
        && cells[6].equals(tokens[0] + " of " + tokens[1]);
  }

  /** To one digit. */
  private static String roundedUp(double error) {
    return String.format(Locale.ROOT, "%.0e", new BigDecimal(error).round(new MathContext(1, RoundingMode.UP)));
  }

  /** The larger of each, under the name of the family alone. */
  private FamilyErrors or(FamilyErrors other) {
    return new FamilyErrors(family(), Math.max(logits, other.logits), Math.max(loss, other.loss),
        Math.max(gradients, other.gradients), Math.max(adapter, other.adapter),
        new int[] {tokens[0] + other.tokens[0], tokens[1] + other.tokens[1]});
  }

  private String family() {
    return name.split("-")[0];
  }

  /** Prints the table of the families in a folder of models, such as random_families.py makes. */
  public static void main(String[] args) throws IOException {
    try (var folders = Files.list(Path.of(args[0]))) {
      var models = folders.sorted().toList();
      for (var test : TestBackend.values()) {
        IO.println("\n" + test.dtype() + ", largest errors of " + models.size() + " models\n\n" + HEADER
            + models.stream().map(folder -> of(folder, test)).collect(Collectors.toMap(FamilyErrors::family,
                errors -> errors, FamilyErrors::or, TreeMap::new)).values().stream()
                .map(FamilyErrors::line).collect(Collectors.joining()));
      }
    }
  }
}
