package linnet.benchmarks.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import linnet.benchmarks.StepFlops;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.sft.ChatModel;
import linnet.sft.data.Conversation;
import linnet.sft.data.FieldMapping;
import linnet.tensor.Backends;

/**
 * What training steps on a file's first rows have to compute. A request has {@code model}, {@code data} (rows
 * of question and answer), {@code batch}, {@code steps}, {@code maxLength} and {@code rank} (0 where all
 * weights train). The answer has {@code steps}, with {@code tokens}, {@code trainedTokens} and {@code flops}
 * of each, and {@code ids}, the tokens of all those rows end to end.
 */
final class StepWork {
  private StepWork() {}

  static Json of(JsonCursor request) {
    int batch = request.at("batch").asCount();
    int steps = request.at("steps").asCount();
    int rank = request.at("rank").asInt();
    var data = Path.of(request.at("data").asString());
    try (var backend = Backends.vector(1); var weights = backend.scope("model");
        var chat = ChatModel.load(Path.of(request.at("model").asString()), weights)) {
      var rows = Conversation.read(data, FieldMapping.parse(List.of("question=prompt", "answer=completion")))
          .subList(0, batch * steps);
      var encoded = chat.encoder(request.at("maxLength").asCount()).encode(rows).rows();
      var work = new ArrayList<Json>();
      for (int step = 0; step < steps; step++) {
        var part = encoded.subList(step * batch, (step + 1) * batch);
        work.add(Json.object().put("tokens", part.stream().mapToLong(row -> row.tokens()).sum())
            .put("trainedTokens", part.stream().mapToLong(row -> row.trainedTokens()).sum())
            .put("flops", new StepFlops(chat.model().config(), rank).of(part)).build());
      }
      var ids = encoded.stream().flatMapToInt(row -> Arrays.stream(row.ids())).toArray();
      return Json.object().put("steps", Json.of(work)).put("ids", Json.ints(ids)).build();
    }
  }
}
