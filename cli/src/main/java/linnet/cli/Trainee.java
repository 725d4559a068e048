package linnet.cli;

import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import linnet.nn.model.CausalLm;
import linnet.tensor.DType;
import linnet.tensor.Scope;

/**
 * What trains, before it takes memory.
 *
 * @param base the model that it is made of, as loaded or declared
 * @param mappedBytes of the base's weights that no scope counts: files that are read in place, or quantised
 * @param ready waits for what the base still needs before it may compute, and throws what is wrong with it
 * @param maker makes the model that trains, in the scope that it is given
 * @param saver writes it into a folder
 * @param savedAs the type of the weights that are written
 * @param savings what to change, besides the options of every run, for it to take less memory
 */
record Trainee(CausalLm base, long mappedBytes, Runnable ready, BiFunction<CausalLm, Scope, CausalLm> maker,
    BiConsumer<CausalLm, Path> saver, DType savedAs, String savings) {}
