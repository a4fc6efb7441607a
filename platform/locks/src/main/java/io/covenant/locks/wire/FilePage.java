package io.covenant.locks.wire;

import java.util.List;

/// What lies right under a directory.
public record FilePage(String path, List<FileView> files) {
    public FilePage {
        files = files == null ? List.of() : List.copyOf(files);
    }
}
