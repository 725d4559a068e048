package linnet.benchmarks.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32;
import linnet.benchmarks.TokenizerBenchmark;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * What {@link TokenizerBenchmark}'s rows become. A request has {@code tokenizer}, a folder, and {@code data}. The
 * answer has {@code tokens}, how many, and {@code crc}, the CRC-32 of their ids in four bytes each, least first.
 */
final class TokenCheck {
  private TokenCheck() {}

  static Json of(JsonCursor request) throws IOException {
    var folder = Path.of(request.at("tokenizer").asString());
    var benchmark = new TokenizerBenchmark();
    benchmark.folder = folder.getParent().toString();
    benchmark.kind = folder.getFileName().toString();
    benchmark.data = request.at("data").asString();
    benchmark.open();
    int[] ids = benchmark.ids();
    var bytes = ByteBuffer.allocate(ids.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(ids);
    var crc = new CRC32();
    crc.update(bytes);
    return Json.object().put("tokens", ids.length).put("crc", crc.getValue()).build();
  }
}
