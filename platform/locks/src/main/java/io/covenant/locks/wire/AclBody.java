package io.covenant.locks.wire;

import java.util.List;

/// Who may read a file, write it (and hold the lock of its name), and change this list; `*` is everybody.
public record AclBody(List<String> readers, List<String> writers, List<String> changers) {
    public AclBody {
        readers = readers == null ? List.of() : List.copyOf(readers);
        writers = writers == null ? List.of() : List.copyOf(writers);
        changers = changers == null ? List.of() : List.copyOf(changers);
    }
}
