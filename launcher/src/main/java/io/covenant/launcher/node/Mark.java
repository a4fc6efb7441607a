package io.covenant.launcher.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The argument that every Java process of one platform carries, so that it is found even when its record is lost: a
/// launcher killed between starting a process and writing it down, a deleted state directory.
///
/// @param state the state directory of the platform
public record Mark(Path state) {

    private static final String PREFIX = "-Dcovenant.process=";

    /// A process that carries the mark.
    ///
    /// @param node the node it claims to be
    public record Stray(ProcessIdentity process, String node) {

        /// Ends it.
        public void stop(Duration patience) {
            Signals.stop(process, patience);
        }

        /// Kills it and all its children.
        public void kill() {
            Signals.killFamily(process);
        }
    }

    /// The argument for the process of this node.
    public String argument(String node) {
        return PREFIX + state + "#" + node;
    }

    /// All processes that carry the mark and are none of these.
    public List<Stray> strays(Set<ProcessIdentity> known) {
        return ProcessHandle.allProcesses()
                .flatMap(handle -> node(handle)
                        .flatMap(node -> ProcessIdentity.of(handle.pid()).map(process -> new Stray(process, node)))
                        .stream())
                .filter(stray -> !known.contains(stray.process()))
                .toList();
    }

    private Optional<String> node(ProcessHandle handle) {
        String mine = argument("");
        return handle.info().arguments().stream()
                .flatMap(Arrays::stream)
                .filter(argument -> argument.startsWith(mine))
                .map(argument -> argument.substring(mine.length()))
                .findFirst();
    }
}
