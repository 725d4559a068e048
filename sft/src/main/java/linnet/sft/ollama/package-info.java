/** What Ollama wants beside a GGUF file: a Modelfile, made from a model's own template and defaults. */
package linnet.sft.ollama;
