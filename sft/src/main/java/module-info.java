/** Supervised fine-tuning: tokenizers, chat templates, data, batches and the trainer. */
module linnet.sft {
  requires transitive linnet.nn;
  requires java.net.http;
  requires org.apache.commons.csv;

  exports linnet.sft;
  exports linnet.sft.data;
  exports linnet.sft.hub;
  exports linnet.sft.ollama;
  exports linnet.sft.template;
  exports linnet.sft.template.jinja;
  exports linnet.sft.tokenizer;
  exports linnet.sft.train;
}
