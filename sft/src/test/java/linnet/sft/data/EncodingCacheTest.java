package linnet.sft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.IntStream;
import linnet.nn.io.ContentHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodingCacheTest {
  private static final String ROWS = """
      {"prompt": "a", "completion": "b"}
      {"prompt": "c", "completion": "d"}
      """;
  private static final EncodedData DATA = new EncodedData(List.of(Rows.row(1, 5, 2), Rows.row(2, 70, 69)),
      List.of(new EncodedData.Dropped(3, "its answer is ü")), 1);

  @TempDir
  private Path folder;

  private static String key(int number) {
    return new ContentHash().add("key " + number).hex();
  }

  private Path cacheFolder() {
    return folder.resolve("cache/rows");
  }

  private void keep(int number, EncodedData data) {
    try (var cache = EncodingCache.in(cacheFolder())) {
      cache.store(key(number), data);
    }
  }

  private Optional<EncodedData> find(int number) {
    return EncodingCache.in(cacheFolder()).find(key(number));
  }

  /** Records compare arrays by identity. */
  private static void assertSameRows(EncodedData expected, EncodedData found) {
    assertEquals(describe(expected), describe(found));
  }

  private static String describe(EncodedData data) {
    var text = new StringBuilder();
    for (var row : data.rows()) {
      text.append(row.line()).append(IntStream.of(row.ids()).boxed().toList()).append(row.trained());
    }
    return text + " " + data.dropped() + " " + data.truncated();
  }

  /** A run over a file of rows: whether it found them, and whether it had to encode them. */
  private boolean run(EncodingCache cache, Path file, FieldMapping mapping, String settings,
      boolean lasting) {
    var asked = new boolean[1];
    Function<List<Conversation>, EncodedData> encoder = rows -> {
      asked[0] = true;
      var encoded = rows.stream().map(row -> Rows.row((int) row.line(), 4, 1)).toList();
      return new EncodedData(encoded, List.of(), 0);
    };
    var result = cache.encode(file, mapping, new ContentHash().add(settings), () -> encoder, () -> lasting);
    assertEquals(asked[0], !result.cached());
    assertEquals(List.of(1L, 2L), result.data().rows().stream().map(EncodedRow::line).toList());
    return result.cached();
  }

  private boolean run(Path file, String settings) {
    try (var cache = EncodingCache.in(cacheFolder())) {
      return run(cache, file, FieldMapping.NONE, settings, true);
    }
  }

  @Test
  void whatIsKeptIsFound() {
    keep(1, DATA);
    assertSameRows(DATA, find(1).orElseThrow());
    assertTrue(find(2).isEmpty());
  }

  @Test
  void anyRowsAreKept() {
    var random = new Random(7);
    for (int i = 0; i < 50; i++) {
      var rows = IntStream.range(0, random.nextInt(20)).mapToObj(r -> {
        var ids = random.ints(1 + random.nextInt(200), 0, Integer.MAX_VALUE).toArray();
        var trained = new BitSet();
        random.ints(random.nextInt(50), 0, ids.length).filter(t -> t > 0).forEach(trained::set);
        return new EncodedRow(ids, trained, random.nextLong());
      }).toList();
      var data = new EncodedData(rows, List.of(), random.nextInt());
      keep(i, data);
      assertSameRows(data, find(i).orElseThrow());
    }
  }

  @Test
  void aFileThatIsCutAnywhereIsNone() throws IOException {
    keep(1, DATA);
    var file = cacheFolder().resolve(key(1) + ".rows");
    var whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertTrue(find(1).isEmpty(), "of " + length + " bytes");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertTrue(find(1).isEmpty(), "one byte more");
  }

  @Test
  void aFileWithAnyBitFlippedIsNone() throws IOException {
    keep(1, DATA);
    var file = cacheFolder().resolve(key(1) + ".rows");
    var bytes = Files.readAllBytes(file);
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Files.write(file, bytes);
      assertTrue(find(1).isEmpty(), "bit " + bit);
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
  }

  @Test
  void aSoundFileUnderAnotherKeyIsNone() throws IOException {
    keep(1, DATA);
    Files.move(cacheFolder().resolve(key(1) + ".rows"), cacheFolder().resolve(key(2) + ".rows"));
    assertTrue(find(2).isEmpty());
  }

  @Test
  void rowsAreEncodedOnceUntilAnythingChanges() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    assertFalse(run(file, "settings"));
    assertTrue(run(file, "settings"));
    assertFalse(run(file, "other settings"));
    var copy = Files.writeString(folder.resolve("copy.jsonl"), ROWS);
    assertTrue(run(copy, "settings"), "the same bytes under another name");
    Files.writeString(file, ROWS.replace("\"d\"", "\"e\""));
    assertFalse(run(file, "settings"), "another byte");
  }

  @Test
  void anExpectedFileIsFoundAndHashedAnewTheNextTime() throws IOException {
    var file = folder.resolve("rows.jsonl");
    Files.writeString(file, ROWS);
    assertFalse(run(file, "settings"));
    try (var cache = EncodingCache.in(cacheFolder())) {
      cache.expect(file);
      assertTrue(run(cache, file, FieldMapping.NONE, "settings", true));
      Files.writeString(file, ROWS.replace("d", "e"));
      assertFalse(run(cache, file, FieldMapping.NONE, "settings", true));
    }
  }

  @Test
  void whatFailsInTheBackgroundIsThrownAsItIs() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    var broken = new IllegalStateException("broken");
    try (var cache = EncodingCache.in(cacheFolder(), EncodingCache.MOST_BYTES, () -> {
      throw broken;
    })) {
      cache.expect(file);
      assertSame(broken, assertThrows(IllegalStateException.class,
          () -> run(cache, file, FieldMapping.NONE, "settings", true)));
    }
  }

  @Test
  void rowsOfCodeThatCannotBeReadAreNotKept() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    try (var cache = EncodingCache.in(cacheFolder(), EncodingCache.MOST_BYTES, () -> {
      throw new UncheckedIOException(new IOException("no permission"));
    })) {
      cache.expect(file);
      assertFalse(run(cache, file, FieldMapping.NONE, "settings", true));
      assertFalse(run(cache, file, FieldMapping.NONE, "settings", true));
    }
  }

  @Test
  void aDamagedFileIsMadeAnew() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    run(file, "settings");
    try (var kept = Files.list(cacheFolder())) {
      Files.writeString(kept.findFirst().orElseThrow(), "damaged");
    }
    assertFalse(run(file, "settings"));
    assertTrue(run(file, "settings"));
  }

  @Test
  void rowsThatTellTheTimeAreNotKept() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    try (var cache = EncodingCache.in(cacheFolder())) {
      assertFalse(run(cache, file, FieldMapping.NONE, "settings", false));
    }
    assertFalse(run(file, "settings"));
  }

  @Test
  void rowsOfAFileThatChangedAfterItWasHashedAreNotKept() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    var before = ContentHash.ofFile(file);
    for (var text : List.of(ROWS.replace("\"d\"", "\"e\""), ROWS)) {
      Files.writeString(file, text);
      try (var cache = EncodingCache.in(cacheFolder())) {
        cache.encode(file, FieldMapping.NONE, before, key(1), rows -> DATA, () -> true);
      }
      assertEquals(text.equals(ROWS), find(1).isPresent());
    }
  }

  @Test
  void noCacheKeepsNothing() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    try (var cache = EncodingCache.none()) {
      assertFalse(run(cache, file, FieldMapping.NONE, "settings", true));
      assertFalse(run(cache, file, FieldMapping.NONE, "settings", true));
    }
  }

  @Test
  void aFolderThatCannotBeMadeFailsNothing() throws IOException {
    var file = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    Files.writeString(folder.resolve("cache"), "a file where the folder would be");
    assertFalse(run(file, "settings"));
    assertFalse(run(file, "settings"));
  }

  @Test
  void whatWasNotUsedForLongestGoesFirst() throws IOException {
    long size = EncodedFile.size(DATA);
    try (var cache = EncodingCache.in(cacheFolder(), 3 * size)) {
      for (int i = 0; i < 3; i++) {
        keep(i, DATA);
        Files.setLastModifiedTime(cacheFolder().resolve(key(i) + ".rows"),
            FileTime.from(Instant.now().minus(Duration.ofHours(10 - i))));
      }
      assertTrue(cache.find(key(0)).isPresent(), "used again, so it stays");
      cache.store(key(3), DATA);
    }
    assertEquals(List.of(true, false, true, true),
        IntStream.range(0, 4).mapToObj(i -> find(i).isPresent()).toList());
  }

  @Test
  void whatIsLargerThanTheWholeCacheIsNotKept() {
    try (var cache = EncodingCache.in(cacheFolder(), EncodedFile.size(DATA) - 1)) {
      cache.store(key(1), DATA);
    }
    assertTrue(find(1).isEmpty());
  }

  @Test
  void abandonedTemporaryFilesAreRemoved() throws IOException {
    keep(1, DATA);
    var old = Files.writeString(cacheFolder().resolve(".x.rows.01234567.tmp"), "half");
    var young = Files.writeString(cacheFolder().resolve(".y.rows.01234567.tmp"), "half");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    keep(2, DATA);
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young), "another process may be writing it");
  }

  @Test
  void severalWritersAndReadersAtOnceSeeWholeFiles() throws InterruptedException {
    var rows = IntStream.range(1, 400).mapToObj(i -> Rows.row(i, 300, 100)).toList();
    var large = new EncodedData(rows, List.of(), 0);
    var wrong = new ConcurrentLinkedQueue<String>();
    var threads = IntStream.range(0, 6).mapToObj(t -> Thread.ofPlatform().start(() -> {
      for (int i = 0; i < 10; i++) {
        keep(1, large);
        var found = find(1);
        if (found.isEmpty() || !describe(found.get()).equals(describe(large))) {
          wrong.add("thread " + t + ", round " + i);
        }
      }
    })).toList();
    for (var thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), List.copyOf(wrong));
  }

  @Test
  void nobodyElseCanReadTheFolder() throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    keep(1, DATA);
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cacheFolder())));
  }
}
