package linnet.sft.template.jinja;

/** The name {@code self}: it holds a template's blocks, of which a chat template has none. */
record TemplateReference() implements Value {
  @Override
  public String typeName() {
    return "jinja2.runtime.TemplateReference";
  }

  @Override
  public boolean truth() {
    return true;
  }
}
