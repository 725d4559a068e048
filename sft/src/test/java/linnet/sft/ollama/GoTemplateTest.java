package linnet.sft.ollama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import linnet.sft.template.ChatTemplate;
import org.junit.jupiter.api.Test;

/** The Go templates here were run by Go, see ollama_templates.py. */
class GoTemplateTest {
  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");
  private static final String SMOLLM2 = "{% for message in messages %}{% if loop.first and"
      + " messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are SmolLM<|im_end|>\n' }}{% endif %}"
      + "{{'<|im_start|>' +"
      + " message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if"
      + " add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
  private static final String GEMMA3 = "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}{%- set p ="
      + " messages[0]['content'] + '\n\n' -%}{%- set rest = messages[1:] -%}{%- else -%}{%- set p = '' -%}"
      + "{%- set rest = messages -%}{%- endif -%}{%- for message in rest -%}{{ '<start_of_turn>' +"
      + " ('model' if message['role'] == 'assistant' else 'user') + '\n' + (p if loop.first else '') }}{{"
      + " message['content'] | trim }}{{ '<end_of_turn>\n' }}{%- endfor -%}{%- if add_generation_prompt -%}{{"
      + " '<start_of_turn>model\n' }}{%- endif -%}";

  private static Optional<String> go(String jinja, Optional<String> added) {
    return TurnFormat.of(ChatTemplate.parse("test", jinja, TOKENS))
        .flatMap(format -> new GoTemplate(format, added).text());
  }

  private static final String TURNS = "{{ range $i, $_ := .Messages }}"
      + "{{ $last := eq (len (slice $.Messages $i)) 1 }}";

  @Test
  void chatMl() {
    assertEquals(Optional.of(TURNS
        + "{{ if eq .Role \"system\" }}<|im_start|>system\n{{ .Content }}<|im_end|>\n"
        + "{{ else if eq .Role \"user\" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n"
        + "{{ else if eq .Role \"assistant\" }}<|im_start|>assistant\n{{ .Content }}"
        + "{{ if not $last }}<|im_end|>\n{{ end }}{{ end }}"
        + "{{ if and $last (ne .Role \"assistant\") }}<|im_start|>assistant\n{{ end }}{{ end }}"),
        go(ChatTemplate.CHATML, Optional.empty()));
  }

  @Test
  void whatTheSystemUsuallySaysIsFound() {
    var format = TurnFormat.of(ChatTemplate.parse("test", SMOLLM2, TOKENS)).orElseThrow();
    assertEquals(Optional.of("You are SmolLM"), format.usual());
    assertEquals(go(ChatTemplate.CHATML, Optional.empty()), go(SMOLLM2, Optional.empty()));
  }

  /** SmolLM2's first token is the one with which every turn begins. */
  @Test
  void aTokenThatBeginsEveryTurnIsPartOfEach() {
    var template = ChatTemplate.parse("test", SMOLLM2, Map.of("bos_token", "<|im_start|>"));
    assertEquals(go(SMOLLM2, Optional.empty()), TurnFormat.of(template)
        .flatMap(format -> new GoTemplate(format, Optional.empty()).text()));
  }

  @Test
  void theSystemWithinTheFirstTurnAndTheTokenInFront() {
    String turns = TURNS + "{{ if eq .Role \"user\" }}<start_of_turn>user\n"
        + "{{ if and $.System (le $i 1) }}{{ $.System }}\n\n{{ end }}{{ .Content }}<end_of_turn>\n"
        + "{{ else if eq .Role \"assistant\" }}<start_of_turn>model\n{{ .Content }}"
        + "{{ if not $last }}<end_of_turn>\n{{ end }}{{ end }}"
        + "{{ if and $last (ne .Role \"assistant\") }}<start_of_turn>model\n{{ end }}{{ end }}";
    assertEquals(Optional.of(turns), go(GEMMA3, Optional.of("<s>")));
    assertEquals(Optional.of("<s>" + turns), go(GEMMA3, Optional.empty()));
  }

  /** A turn that is there without a message, and an end that only a closed conversation has. */
  @Test
  void aSystemsTurnThatSaysNothing() {
    String jinja = "{{ bos_token }}<system>{% if messages[0].role == 'system' %}{{ messages[0].content }}"
        + "{% set messages = messages[1:] %}{% endif %}</>{% for m in messages %}"
        + "<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}"
        + "<assistant>{% else %}{{ eos_token }}{% endif %}";
    String go = go(jinja, Optional.of("<s>")).orElseThrow();
    assertTrue(go.startsWith("{{ if not .System }}<system></>{{ end }}{{ range"), go);
    assertTrue(go.contains("{{ if eq .Role \"system\" }}<system>{{ .Content }}</>{{ else if"), go);
    assertTrue(go.endsWith("{{ if and $last (ne .Role \"assistant\") }}<assistant>{{ end }}{{ end }}"), go);
  }

  /** A message that may be there and cannot be said must not be dropped in silence. */
  @Test
  void aSystemsMessageInAnotherPlace() {
    String last = "{% set s = messages[0].content if messages[0].role == 'system' else '' %}"
        + "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{% if loop.last %}{{ s }}{% endif %}"
        + "{{ m.content }};{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
    assertEquals(Optional.empty(), go(last, Optional.empty()));
    String ignored = "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }};{% endfor %}"
        + "{% if add_generation_prompt %}[assistant]{% endif %}";
    assertEquals(Optional.empty(), go(ignored, Optional.empty()));
  }

  /** A turn whose text depends on where it stands, on what it says, or on what came before. */
  @Test
  void whatIsNoPlainTurnIsLeftToTheGgufFile() {
    String numbered = "{% for m in messages %}{{ loop.index }}{{ m.role }}:{{ m.content }};{% endfor %}"
        + "{% if add_generation_prompt %}a:{% endif %}";
    String upper = ChatTemplate.CHATML.replace("message['content']", "message['content'] | upper");
    String refused = "{{ raise_exception('no') }}";
    String bosInTurn = "{% for m in messages %}{% if m.role == 'user' %}<s>[INST] {{ m.content }} [/INST]"
        + "{% else %} {{ m.content }}</s>{% endif %}{% endfor %}";
    String dated = "{{ strftime_now('%d') }}" + ChatTemplate.CHATML;
    for (String template : new String[] {numbered, upper, refused, dated}) {
      assertEquals(Optional.empty(), go(template, Optional.empty()), template);
    }
    assertEquals(Optional.empty(), go(bosInTurn, Optional.of("<s>")));
    assertTrue(go(bosInTurn, Optional.empty()).isPresent());
  }
}
