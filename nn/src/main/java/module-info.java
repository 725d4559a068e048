/** Transformers as records, adapters, optimizers, generation and model file formats. */
module linnet.nn {
  requires transitive linnet.autograd;

  exports linnet.nn;
  exports linnet.nn.convert;
  exports linnet.nn.generate;
  exports linnet.nn.io;
  exports linnet.nn.json;
  exports linnet.nn.lora;
  exports linnet.nn.model;
  exports linnet.nn.optim;
  exports linnet.nn.quant;
}
