package linnet.nn;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import linnet.nn.io.StoredTensor;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.FlatBatch;
import linnet.tensor.Codec;

/** Figures computed by PyTorch, transformers and PEFT in F64; how is said in the files themselves. */
public final class Golden {
  /** Labels with this value are not trained. */
  private static final int IGNORED = -100;

  private Golden() {}

  /** A file or folder of the golden figures. */
  public static Path path(String name) {
    return resource("/golden/" + name);
  }

  /** A file or folder among all test resources. */
  public static Path resource(String name) {
    try {
      return Path.of(Golden.class.getResource(name).toURI());
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  public static JsonCursor json(String name) {
    return JsonCursor.read(path(name));
  }

  public static int[] ints(JsonCursor array) {
    return array.elements().stream().mapToInt(JsonCursor::asInt).toArray();
  }

  /** Numbers; null is NaN. */
  public static double[] doubles(JsonCursor array) {
    return array.elements().stream()
        .mapToDouble(e -> e.value() instanceof Json.Null ? Double.NaN : e.asDouble()).toArray();
  }

  public static double[] values(StoredTensor tensor) {
    var values = new double[(int) tensor.shape().elements()];
    Codec.decode(tensor.dtype(), tensor.bytes(), 0, values, 0, values.length);
    return values;
  }

  /**
   * Rows with labels, padding cut off.
   *
   * @param rows the ids of each row
   * @param labels the label of each token, −100 where it is not trained; label t is predicted at t − 1
   */
  public record Rows(List<int[]> rows, List<int[]> labels) {
    public static Rows of(JsonCursor cases) {
      var rows = new ArrayList<int[]>();
      var labels = new ArrayList<int[]>();
      for (int r = 0; r < cases.at("input_ids").elements().size(); r++) {
        int length = Arrays.stream(ints(cases.at("attention_mask").at(r))).sum();
        rows.add(Arrays.copyOf(ints(cases.at("input_ids").at(r)), length));
        labels.add(Arrays.copyOf(ints(cases.at("labels").at(r)), length));
      }
      return new Rows(rows, labels);
    }

    public FlatBatch batch() {
      return FlatBatch.of(rows.toArray(int[][]::new));
    }

    /** Where in the batch a target is predicted, row by row. */
    public int[] predictors() {
      return collect((start, t, label) -> start + t - 1);
    }

    public int[] targets() {
      return collect((start, t, label) -> label);
    }

    private interface Pick {
      int pick(int start, int t, int label);
    }

    private int[] collect(Pick pick) {
      var picked = IntStream.builder();
      int start = 0;
      for (var row : labels) {
        for (int t = 1; t < row.length; t++) {
          if (row[t] != IGNORED) {
            picked.add(pick.pick(start, t, row[t]));
          }
        }
        start += row.length;
      }
      return picked.build().toArray();
    }
  }
}
