package linnet.sft.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model on the Hub: {@code org/model}, one GGUF file of it as {@code org/model/file.gguf}, and either with
 * {@code @revision}. A few old models have a name without an {@code org/}.
 *
 * @param repo the repository, for example {@code HuggingFaceTB/SmolLM2-135M-Instruct}
 * @param file a GGUF file in it, where that is wanted and not the model as safetensors; of a model in several parts
 *     the first
 * @param revision a branch, a tag or a commit, where it is not the main branch
 */
public record ModelName(String repo, Optional<String> file, Optional<String> revision) {
  /** The branch that is meant where none is named. */
  public static final String MAIN = "main";

  private static final String EXPECTED =
      "org/model, org/model@revision or org/model/file.gguf, in letters, digits, '.', '_' and '-'";
  private static final String WORD = "[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?";
  private static final Pattern REPO = Pattern.compile("(?:" + WORD + "/)?" + WORD);
  private static final Pattern REVISION =
      Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._+/-]{0,198}[A-Za-z0-9_])?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** Refuses what the Hub would not have and what could leave a folder of the cache. */
  public ModelName {
    if (!REPO.matcher(repo).matches() || repo.contains("--") || repo.contains("..")
        || repo.endsWith(".git")) {
      throw new HubException(quoted(repo) + ": not the name of a model; expected " + EXPECTED);
    }
    revision.ifPresent(ModelName::requireRevision);
    file.ifPresent(ModelName::requireGguf);
  }

  /**
   * Reads a name.
   *
   * @param text as above
   * @return the name
   * @throws HubException if it is none
   */
  public static ModelName parse(String text) {
    int at = text.indexOf('@');
    var path = at < 0 ? text : text.substring(0, at);
    var revision = at < 0 ? Optional.<String>empty() : Optional.of(text.substring(at + 1));
    int org = path.indexOf('/');
    int slash = org < 0 ? -1 : path.indexOf('/', org + 1);
    if (slash < 0) {
      return new ModelName(path, Optional.empty(), revision);
    }
    return new ModelName(path.substring(0, slash), Optional.of(path.substring(slash + 1)), revision);
  }

  /**
   * Whether a text can be a name at all; many paths can, too.
   *
   * @param text any text
   * @return the name, or empty where it is none
   */
  public static Optional<ModelName> read(String text) {
    try {
      return Optional.of(parse(text));
    } catch (HubException noName) {
      return Optional.empty();
    }
  }

  /**
   * Another model's name, of the same kind.
   *
   * @param other a GGUF file in the repository
   * @return the file's name
   */
  public ModelName withFile(String other) {
    return new ModelName(repo, Optional.of(other), revision);
  }

  /**
   * The same at another revision.
   *
   * @param other a branch, a tag or a commit
   * @return the name with it
   */
  public ModelName withRevision(String other) {
    return new ModelName(repo, file, Optional.of(other));
  }

  /**
   * The name without a revision.
   *
   * @return for example {@code org/model}
   */
  public String unversioned() {
    return new ModelName(repo, file, Optional.empty()).toString();
  }

  /** The branch, tag or commit that is meant. */
  String revisionOrMain() {
    return revision.orElse(MAIN);
  }

  /** Whether the text is a whole commit hash, which always means the same files. */
  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  private static void requireRevision(String revision) {
    if (!REVISION.matcher(revision).matches() || revision.contains("..") || revision.contains("//")) {
      throw new HubException("@" + quoted(revision) + ": not a revision; expected a branch, a tag or a"
          + " commit, such as @main");
    }
  }

  private static void requireGguf(String file) {
    RepoFiles.requireSafe(file, "the name of a file");
    if (!file.endsWith(".gguf")) {
      throw new HubException(quoted(file) + ": a single file must be a GGUF file, named *.gguf; for a model"
          + " as safetensors name its repository alone");
    }
    GgufParts.of(file).map(GgufParts::first).filter(first -> !first.equals(file)).ifPresent(first -> {
      throw new HubException(quoted(file) + ": a part of a model, expected its first, which brings all others: name "
          + first);
    });
  }

  /** For messages: without what could move a terminal's cursor. */
  private static String quoted(String text) {
    var shown = text.length() > 120 ? text.substring(0, 120) + "…" : text;
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return repo + file.map(name -> "/" + name).orElse("") + revision.map(name -> "@" + name).orElse("");
  }
}
