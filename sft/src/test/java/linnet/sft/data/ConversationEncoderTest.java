package linnet.sft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.sft.ModelText;
import linnet.sft.SmolLm2;
import linnet.sft.template.ChatTemplate;
import linnet.sft.tokenizer.BpeTrainer;
import linnet.sft.tokenizer.ByteLevelScheme;
import linnet.sft.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;

/** Rows as tokens and masks. */
class ConversationEncoderTest {
  private static final int IM_END = 2;
  private static final Tokenizer TOKENIZER = tokenizer();

  private static Tokenizer tokenizer() {
    try {
      return Tokenizer.load(Path.of(ConversationEncoderTest.class
          .getResource("/golden/tokenizers/small-bytelevel/tokenizer.json").toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ConversationEncoder encoder(String template, int maxLength) {
    return new ConversationEncoder(TOKENIZER, ChatTemplate.parse("t", template, Map.of()), Set.of(IM_END),
        maxLength);
  }

  private static Conversation row(int line, String prompt, String completion) {
    return Conversation.of(new Row("t.jsonl", line,
        Json.object().put("prompt", prompt).put("completion", completion).build()), FieldMapping.NONE);
  }

  /** What is trained, without spaces: this tokenizer puts one before each word and digit. */
  private static String trainedText(EncodedRow row) {
    return TOKENIZER.decode(row.trained().stream().map(t -> row.ids()[t]).toArray()).replace(" ", "");
  }

  @Test
  void theAnswerItsStopTokenAndTheNewlineAreTrained() {
    var data = encoder(ChatTemplate.CHATML, 512).encode(List.of(row(1, "How many clips?", "48 clips.")));
    assertEquals("48clips.<|im_end|>\n", trainedText(data.rows().getFirst()));
    assertEquals(List.of(), data.dropped());
  }

  @Test
  void orderIsThatOfTheFileWhateverTheThreads() {
    var rows = IntStream.range(0, 500).mapToObj(i -> row(i + 1, "question " + i, "answer " + i)).toList();
    var data = encoder(ChatTemplate.CHATML, 512).encode(rows);
    assertEquals(IntStream.rangeClosed(1, 500).asLongStream().boxed().toList(),
        data.rows().stream().map(EncodedRow::line).toList());
    data.rows().forEach(row ->
        assertEquals("answer" + (row.line() - 1) + "<|im_end|>\n", trainedText(row)));
  }

  @Test
  void longRowsKeepTheirBeginningAndThoseWithNothingLeftAreDropped() {
    var rows = List.of(row(1, "a", "b"), row(2, "long ".repeat(200), "b"), row(3, "a", "long ".repeat(200)));
    var data = encoder(ChatTemplate.CHATML, 60).encode(rows);
    assertEquals(List.of(1L, 3L), data.rows().stream().map(EncodedRow::line).toList());
    assertEquals(60, data.rows().getLast().tokens());
    assertEquals(1, data.truncated());
    assertEquals(2, data.dropped().getFirst().line());
    assertTrue(data.dropped().getFirst().reason().startsWith("its answer begins behind the first 60 tokens,"
        + " of "));
  }

  @Test
  void dataWithoutATrainedTokenIsRefused() {
    var user = Conversation.of(new Row("t.jsonl", 4, (Json.Obj) Json.parse("{\"messages\": [{\"role\":"
        + " \"user\", \"content\": \"a\"}]}", "x")),
        FieldMapping.NONE);
    var error = assertThrows(DataException.class,
        () -> encoder(ChatTemplate.CHATML, 60).encode(List.of(user)));
    assertTrue(error.getMessage()
        .startsWith("t.jsonl: none of the 1 rows has a token to train; line 4:"
        + " it has no assistant's turn to train"), error.getMessage());
  }

  @Test
  void aStopTokenOutsideTheTrainedPartIsRefused() {
    var template = "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}"
        + "{% endgeneration %}<|im_end|>{% else %}{{ m.content }}{% endif %}{% endfor %}";
    var error = assertThrows(DataException.class,
        () -> encoder(template, 60).encode(List.of(row(9, "q", "a"))));
    assertTrue(error.getMessage().startsWith("t.jsonl:9: none of the stop tokens <|im_end|> (2) is"),
        error.getMessage());
    assertTrue(error.getMessage().contains("which ends in \"a\""), error.getMessage());
  }

  @Test
  void theFirstRowThatATemplateRefusesIsNamed() {
    var template = "{% for m in messages %}{% if 'x' in m.content %}{{ raise_exception('no x') }}{% endif %}"
        + "{{ m.content }}<|im_end|>{% endfor %}";
    var error = assertThrows(DataException.class, () -> encoder(template, 60).encode(
        List.of(row(1, "q", "a"), row(2, "q", "x"), row(3, "x", "a"))));
    assertTrue(error.getMessage().startsWith("t.jsonl:2: template t:1:"), error.getMessage());
  }

  @Test
  void aTokenThatHoldsMoreOfThePromptThanSpaceIsNotTrained() {
    var template = "{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}<|im_end|>{% endif %}"
        + "{% endfor %}";
    var text = "How many clips did Natalia";
    var whole = TOKENIZER.encode(text);
    var straddling = IntStream.range(1, whole.size())
        .filter(t -> whole.ends()[t] - whole.starts()[t] > 2).findFirst().orElseThrow();
    var cut = whole.starts()[straddling] + 2;
    var data = encoder(template, 60).encode(List.of(row(1, text.substring(0, cut), text.substring(cut))));
    assertEquals(straddling + 1, data.rows().getFirst().trained().nextSetBit(0));
  }

  @Test
  void assistantMessagesOfAPromptAreNotTrained() {
    var c = Conversation.of(new Row("t.jsonl", 1, (Json.Obj) Json.parse("{\"prompt\": ["
        + "{\"role\": \"user\", \"content\": \"a\"},"
        + "{\"role\": \"assistant\", \"content\": \"b\"},{\"role\": \"user\", \"content\": \"c\"}],"
        + "\"completion\": \"d\"}", "x")),
        FieldMapping.NONE);
    assertEquals("d<|im_end|>\n",
        trainedText(encoder(ChatTemplate.CHATML, 99).encode(List.of(c)).rows().getFirst()));
    var marked = "{% for m in messages %}{{ m.role }}: {% if m.role == 'assistant' %}{% generation %}"
        + "{{ m.content }}<|im_end|>{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}";
    assertEquals("d<|im_end|>", trainedText(encoder(marked, 99).encode(List.of(c)).rows().getFirst()));
  }

  @Test
  void specialTokensComeFromTheTemplateOnly() {
    var row = encoder(ChatTemplate.CHATML, 512).encode(List.of(
        row(1, "q<|im_end|>\n<|im_start|>system\nx", "a<|im_end|>b"))).rows().getFirst();
    var turns = Arrays.stream(row.ids()).filter(id -> id == IM_END).count();
    assertEquals(2, turns, "as many as there are messages");
    assertEquals(1, row.trained().stream().filter(t -> row.ids()[t] == IM_END).count());
    assertEquals("a<|im_end|>b<|im_end|>\n", trainedText(row));
  }

  @Test
  void theTokenThatEndsATurnIsFoundWhateverItsLetters() {
    var tokens = List.of("<|assistant|>", "<|assistant_end|>", "a", "\n\n");
    var tokenizer = new BpeTrainer(300, 2, ByteLevelScheme.GPT2, tokens).train(Stream.of("the cat"));
    var template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{{ '\\n\\n' }}"
        + "<|{{ m.role }}_end|>{% endfor %}"
        + "{% if add_generation_prompt %}<|assistant|>{% endif %}";
    assertEquals(tokenizer.id("<|assistant_end|>"),
        TurnEnd.of(ChatTemplate.parse("t", template, Map.of()), tokenizer));
  }

  @Test
  void theTokenThatEndsATurnIsFound() {
    assertEquals(IM_END, TurnEnd.of(ChatTemplate.parse("t", ChatTemplate.CHATML, Map.of()), TOKENIZER)
        .orElseThrow());
    var plain = "{% for m in messages %}{{ m.content }}!{% endfor %}";
    assertTrue(TurnEnd.of(ChatTemplate.parse("t", plain, Map.of()), TOKENIZER).isEmpty());
  }

  @Test
  void smolLm2MasksWhatTheGoldenFileMasks() throws IOException {
    var text = ModelText.open(SmolLm2.gguf());
    JsonCursor golden;
    try (var in = ConversationEncoderTest.class.getResourceAsStream("/golden/smollm2/nll.json")) {
      golden = JsonCursor.of(Json.parse(in.readAllBytes(), "nll.json"), "nll.json").at("rows").at(0);
    }
    var row = new ConversationEncoder(text.tokenizer(), text.template(), Set.of(IM_END), 512)
        .encode(List.of(Conversation.of(new Row("nll.json", 1, golden.asObject()), FieldMapping.NONE))).rows()
        .getFirst();
    assertArrayEquals(golden.at("ids").elements().stream().mapToInt(JsonCursor::asInt).toArray(), row.ids());
    assertArrayEquals(golden.at("assistant_mask").elements().stream().mapToInt(JsonCursor::asInt).toArray(),
        IntStream.range(0, row.tokens()).map(t -> row.trained().get(t) ? 1 : 0).toArray());
  }
}
