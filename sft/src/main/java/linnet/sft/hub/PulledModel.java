package linnet.sft.hub;

import java.nio.file.Path;

/**
 * A model in the cache.
 *
 * @param name what it was asked for as
 * @param commit the version that was found
 * @param path its folder, or its GGUF file
 */
public record PulledModel(ModelName name, String commit, Path path) {}
