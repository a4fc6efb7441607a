package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// What is known of a file or directory besides its content.
///
/// @param generation of the content, as in its ETag
/// @param session    the one it ends with, when it is ephemeral
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FileView(
        String path,
        boolean directory,
        int size,
        long instance,
        long generation,
        long lockGeneration,
        long aclGeneration,
        @Nullable Long session) {}
