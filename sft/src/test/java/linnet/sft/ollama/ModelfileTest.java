package linnet.sft.ollama;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import linnet.sft.ModelText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelfileTest {
  private static final String TEMPLATE = "{{ bos_token }}{% for m in messages %}{{ '<' + m['role'] + '>'"
      + " + m['content'] + '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}";

  @TempDir
  Path folder;

  /** Ollama's tokenizer puts it there, and a second one would be a token too many. */
  @Test
  void theTemplateLeavesOutTheTokenThatTheTokenizerAdds() throws IOException {
    String modelfile = modelfile("llama2", "<s>");
    assertTrue(modelfile.contains("TEMPLATE \"\"\"{{ range"), modelfile);
  }

  @Test
  void theTemplateKeepsATokenThatTheTokenizerDoesNotAdd() throws IOException {
    String modelfile = modelfile("qwen3", "<|endoftext|>");
    assertTrue(modelfile.contains("TEMPLATE \"\"\"<|endoftext|>{{ range"), modelfile);
  }

  private String modelfile(String tokenizer, String bos) throws IOException {
    try (var file = ModelfileTest.class.getResourceAsStream(
        "/golden/tokenizers/families/" + tokenizer + "/tokenizer.json")) {
      Files.write(folder.resolve("tokenizer.json"), file.readAllBytes());
    }
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"" + bos + "\"}");
    Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
    return Modelfile.of("./model.gguf", Optional.empty(), ModelText.open(folder), List.of(), Optional.empty())
        .text();
  }
}
